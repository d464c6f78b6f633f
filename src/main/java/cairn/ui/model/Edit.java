package cairn.ui.model;

import cairn.engine.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A change line by line: what went and what came, in the order in which it stands there.
///
/// @param alike how many lines stayed
public record Edit(Change change, List<Line> lines, int alike) {
    /// How many lines are compared with how many; of more, all between their ends count as changed.
    private static final int MOST = 1_000_000;

    /// A line that went or came.
    public record Line(boolean came, String text) {}

    public Edit {
        lines = List.copyOf(lines);
    }

    static Edit of(Change change) {
        var before = change.before().lines().toList();
        var after = change.after().lines().toList();
        int most = Math.min(before.size(), after.size());
        int head = 0;
        while (head < most && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < most - head
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        var lines = new ArrayList<Line>();
        compare(
                before.subList(head, before.size() - tail),
                after.subList(head, after.size() - tail),
                lines::add);
        int gone = (int) lines.stream().filter(line -> !line.came).count();
        return new Edit(change, lines, before.size() - gone);
    }

    /// Keeps a longest common subsequence.
    private static void compare(List<String> before, List<String> after, Consumer<Line> changed) {
        boolean few = (long) before.size() * after.size() <= MOST;
        // Of what begins at a line of the one and a line of the other, how many can stay.
        int[][] stay = new int[few ? before.size() + 1 : 1][few ? after.size() + 1 : 1];
        for (int i = stay.length - 2; i >= 0; i--) {
            for (int j = stay[i].length - 2; j >= 0; j--) {
                stay[i][j] =
                        before.get(i).equals(after.get(j))
                                ? stay[i + 1][j + 1] + 1
                                : Math.max(stay[i + 1][j], stay[i][j + 1]);
            }
        }
        int i = 0;
        int j = 0;
        while (few && i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                i++;
                j++;
            } else if (stay[i + 1][j] >= stay[i][j + 1]) {
                changed.accept(new Line(false, before.get(i++)));
            } else {
                changed.accept(new Line(true, after.get(j++)));
            }
        }
        before.subList(i, before.size()).forEach(text -> changed.accept(new Line(false, text)));
        after.subList(j, after.size()).forEach(text -> changed.accept(new Line(true, text)));
    }
}
