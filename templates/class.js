"use strict";

// The page is whole without this: here it learns to sort and to filter.
const table = document.getElementById("class");
const form = document.getElementById("filter");
const rows = [...table.tBodies[0].rows];

const key = (row, column) => row.cells[column].dataset.key;
const compare = (a, b) =>
  a !== "" && b !== "" && !isNaN(a) && !isNaN(b) ? a - b : a.localeCompare(b, undefined, { numeric: true });

function sort(heading) {
  const up = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const column = heading.cellIndex;
  rows.sort((a, b) => (up ? 1 : -1) * compare(key(a, column), key(b, column)));
  table.tBodies[0].append(...rows);
}

function filter() {
  const text = form.elements.text.value.trim().toLowerCase();
  const verdict = form.elements.verdict.value;
  let shown = 0;
  for (const row of rows) {
    row.hidden = !(row.textContent.toLowerCase().includes(text) && (!verdict || row.dataset.verdict === verdict));
    shown += !row.hidden;
  }
  document.getElementById("shown").textContent = `${shown} of ${rows.length}`;
}

for (const heading of table.tHead.rows[0].cells) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  button.addEventListener("click", () => sort(heading));
  heading.append(button);
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
filter();
