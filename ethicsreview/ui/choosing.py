"""Choosing several out of many: a box that scrolls, and can be narrowed by words and ticked as a whole."""

from django import forms


class ManyCheckboxes(forms.CheckboxSelectMultiple):
    """Without scripts the box scrolls; with them it is searched, and what is shown is ticked at once."""

    template_name = "ui/widgets/many.html"
