"""How a field of a Chinese page is filled, and what may be typed into it; what is read stays as Django writes it."""

# A browser's own field for a day or an hour shows the first of these alone, whatever the language.
DATE_INPUT_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
DATETIME_INPUT_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S"]
