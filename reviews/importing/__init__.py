"""Projects from the lists of others: trial registers, grant lists. Every bad row is named, and none stops the rest."""
