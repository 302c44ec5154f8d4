"use strict";

// The page is whole without this: here each button and link gets its key.
const keys = { p: "pass", r: "revise", u: "undo", n: "after", b: "before", c: "comment" };

document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input, textarea");
  if (event.key === "Escape" && writing) event.target.blur();
  if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
  const found = document.getElementById(keys[event.key]);
  if (!found) return;
  event.preventDefault();
  if (found.id === "comment") found.focus();
  else found.click();
});
