"""Writes code_views.json: what pictures of codes are drawn from.

Angles between uniform points follow SciPy's Beta law of (1 + cos θ) / 2. Mollweide's auxiliary angle comes from
SciPy's root finder. Densities on the plane and on the sphere are sums of SciPy's normal and von Mises-Fisher densities.
"""

import json
from pathlib import Path

import numpy as np
from scipy import optimize, stats

HERE = Path(__file__).parent
ANGLES = np.linspace(0.05, 3.1, 13)
DIMENSIONS = [2, 3, 4, 11, 64, 512]
LATITUDES = [-np.pi / 2, -1.5707, -1.2, -0.5, 0.0, 1e-6, 0.3, 1.0, 1.57, np.pi / 2]
CONCENTRATION, ROWS, BANDWIDTH, HALF_WIDTH, CELLS = 30.0, 12, 0.4, 2.5, 8


def angle_density(dimension: int) -> list[float]:
    """The density of θ where (1 + cos θ) / 2 ~ Beta((d − 1) / 2, (d − 1) / 2)."""
    law = stats.beta((dimension - 1) / 2, (dimension - 1) / 2)
    return list(law.pdf((1 + np.cos(ANGLES)) / 2) * np.sin(ANGLES) / 2)


def place(longitude: float, latitude: float) -> list[float]:
    """Mollweide's place in units in which the ellipse is the unit disc."""
    target = np.pi * np.sin(latitude)
    angle = optimize.brentq(lambda t: 2 * t + np.sin(2 * t) - target, -np.pi / 2, np.pi / 2, xtol=1e-15)
    return [longitude / np.pi * np.cos(angle), np.sin(angle)]


def globe(directions: np.ndarray) -> list[float | None]:
    """The mean of von Mises-Fisher densities over 1 / (4π), in Mollweide's projection, row by row from the top."""
    values: list[float | None] = []
    for row in range(ROWS):
        for column in range(2 * ROWS):
            x, y = (column + 0.5) / ROWS - 1, 1 - 2 * (row + 0.5) / ROWS
            if x * x + y * y > 1:
                values.append(None)
                continue
            angle = np.arcsin(y)
            latitude = np.arcsin((2 * angle + np.sin(2 * angle)) / np.pi)
            longitude = np.pi * x / np.cos(angle)
            point = [
                np.cos(latitude) * np.cos(longitude),
                np.cos(latitude) * np.sin(longitude),
                np.sin(latitude),
            ]
            kernels = [stats.vonmises_fisher(mean, CONCENTRATION).pdf(point) for mean in directions]
            values.append(float(np.mean(kernels) * 4 * np.pi))
    return values


def plane(points: np.ndarray) -> list[float]:
    """The mean of normal densities, row by row from the top."""
    step = 2 * HALF_WIDTH / CELLS
    positions = -HALF_WIDTH + (np.arange(CELLS) + 0.5) * step
    return [
        float(np.mean(stats.norm.pdf(x, points[:, 0], BANDWIDTH) * stats.norm.pdf(y, points[:, 1], BANDWIDTH)))
        for y in positions[::-1]
        for x in positions
    ]


def main() -> None:
    random = np.random.default_rng(5)
    directions = random.standard_normal((9, 3))
    directions = np.float32(directions / np.linalg.norm(directions, axis=1, keepdims=True)).astype(float)
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = np.float32(random.standard_normal((7, 2))).astype(float)
    fixtures = {
        "angles": list(ANGLES),
        "dimensions": DIMENSIONS,
        "angleDensities": [angle_density(dimension) for dimension in DIMENSIONS],
        "latitudes": LATITUDES,
        "places": [place(2.0, latitude) for latitude in LATITUDES],
        "concentration": CONCENTRATION,
        "rows": ROWS,
        "directions": directions.tolist(),
        "globe": globe(directions),
        "bandwidth": BANDWIDTH,
        "halfWidth": HALF_WIDTH,
        "cells": CELLS,
        "points": points.tolist(),
        "plane": plane(points),
    }
    (HERE / "code_views.json").write_text(json.dumps(fixtures) + "\n")


if __name__ == "__main__":
    main()
