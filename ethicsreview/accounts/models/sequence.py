"""Reference numbers."""

from django.db import connection, models

# The number that is there, or none, is raised in one statement, which holds the row until the transaction ends.
TAKE = """
INSERT INTO accounts_sequence (name, "last") VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET "last" = accounts_sequence."last" + excluded."last"
RETURNING "last"
"""


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
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [name, count])
            last: int = cursor.fetchone()[0]
        return last - count + 1
