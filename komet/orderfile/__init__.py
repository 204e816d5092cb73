"""Orders from an Excel or CSV file that a person exported from the vendor portal.

Works before the token arrives. Pure: a file goes in, frames and the rows of day slices come out;
who writes them, and asks first, is built on top.
"""
