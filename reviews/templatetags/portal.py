"""The words of a catalogue's item, in a template."""

from django import template

from ethicsreview.policy import words as catalogue_words

register = template.Library()


@register.filter
def words(item: catalogue_words.Bilingual) -> str:
    return catalogue_words.said(item)
