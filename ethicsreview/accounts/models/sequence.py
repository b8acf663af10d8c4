"""Reference numbers."""

from django.db import models, transaction


class Sequence(models.Model):
    """Numbers that are never given twice, each name counting by itself."""

    name = models.CharField(max_length=60, primary_key=True)
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def take(name: str, count: int = 1) -> int:
        """The first of `count` new numbers. Others who take from the same name wait for this transaction."""
        if count < 1:
            raise ValueError("count must be at least 1")
        with transaction.atomic():
            row = Sequence.objects.select_for_update().filter(name=name).first()
            if row is None:
                Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)
                row = Sequence.objects.select_for_update().get(name=name)
            first = row.last + 1
            row.last += count
            row.save(update_fields=["last"])
            return first
