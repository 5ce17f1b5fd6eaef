"""Write two pages to take along: a brief of results as PDF and Word document, and three slides."""

from .writing import write_brief as write_brief
