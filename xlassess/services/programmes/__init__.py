"""Programmes: many assessments, their register, and the portfolio made from their summaries."""
