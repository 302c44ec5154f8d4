"""Where student code runs: one sandbox per submission and environment, and one for the judge.

``environment`` says what a sandbox promises, ``docker`` keeps all of it, ``local`` what a subprocess can (and
says that it doesn't protect). The pipeline asks for sandboxes and hands their connections to the judge; what is
said over a connection is no business of this stage.
"""
