"""Hostile texts for every parser of what students write; see ``parsers`` for what is fed, ``texts`` for with what."""
