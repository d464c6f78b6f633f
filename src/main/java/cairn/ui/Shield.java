package cairn.ui;

import cairn.ui.model.TrustMark;

/// Shields that tell trust by their shape as well as by their colour: full with a tick, an outline,
/// half, broken by a cross.
final class Shield {
    private Shield() {}

    /// Whether a point of a shield is on it.
    ///
    /// @param u across, 0 to 1
    /// @param v down, 0 to 1
    private static boolean covers(double u, double v) {
        double side = Math.abs(u - 0.5);
        if (v < 0 || v > 1 || side > 0.5) {
            return false;
        }
        double half = v < 0.45 ? 0.5 : 0.5 * Math.sqrt(1 - (v - 0.45) * (v - 0.45) / 0.3025);
        return side <= half;
    }

    private static boolean inked(TrustMark trust, double u, double v) {
        boolean inner = covers((u - 0.14) / 0.72, (v - 0.13) / 0.74);
        return switch (trust) {
            case NONE -> false;
            case TRUSTED -> !tick(u, v);
            case UNSIGNED -> !inner;
            case UNTRUSTED -> !inner || u > 0.5;
            case DAMAGED -> !cross(u, v);
        };
    }

    private static boolean tick(double u, double v) {
        return near(u, v, 0.26, 0.46, 0.44, 0.64) || near(u, v, 0.44, 0.64, 0.76, 0.28);
    }

    private static boolean cross(double u, double v) {
        return near(u, v, 0.28, 0.24, 0.72, 0.66) || near(u, v, 0.72, 0.24, 0.28, 0.66);
    }

    private static boolean near(double u, double v, double u1, double v1, double u2, double v2) {
        double along =
                Math.clamp(
                        ((u - u1) * (u2 - u1) + (v - v1) * (v2 - v1))
                                / ((u2 - u1) * (u2 - u1) + (v2 - v1) * (v2 - v1)),
                        0,
                        1);
        return Math.hypot(u - u1 - along * (u2 - u1), v - v1 - along * (v2 - v1)) < 0.075;
    }

    /// The shape of a mark inside its square.
    static Raster.Shape of(TrustMark trust) {
        return (u, v) -> covers(u, v) && inked(trust, u, v);
    }
}
