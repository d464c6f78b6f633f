package cairn.ui.model;

/// What the glyph of a name is drawn from.
public final class Glyph {
    private Glyph() {}

    /// Bits of a name that spread over the whole number.
    public static long digest(String name) {
        long digest = 0;
        for (int i = 0; i < name.length(); i++) {
            digest = digest * 31 + name.charAt(i);
        }
        // Neighbouring bits of a sum of characters are alike; a multiplication spreads them.
        return digest * 0x9E3779B97F4A7C15L;
    }
}
