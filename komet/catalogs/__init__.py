"""Komet's own lists: products, box types, carriers and the others."""
