"""Forecasts of what customers will buy and spend: probability models in numpy and scipy alone, which read no data."""
