package cairn.ui.model;

import java.util.List;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableListBase;

/// A list that is exchanged as a whole, in one change and without copying a row, so that it takes
/// no longer where there are many. Belongs to the UI thread.
public final class Rows<S> extends ObservableListBase<S> {
    private List<S> rows = List.of();

    /// Shows other rows.
    ///
    /// @param others taken over, and not changed any more
    public void exchange(List<S> others) {
        var before = rows;
        rows = others;
        fireChange(new Exchange<>(this, before));
    }

    List<S> taken() {
        return rows;
    }

    @Override
    public S get(int index) {
        return rows.get(index);
    }

    @Override
    public int size() {
        return rows.size();
    }

    /// All rows for all others; what the base class would tell copies each of them.
    private static final class Exchange<S> extends ListChangeListener.Change<S> {
        private final List<S> removed;
        private boolean begun;

        Exchange(Rows<S> rows, List<S> removed) {
            super(rows);
            this.removed = removed;
        }

        @Override
        public boolean next() {
            boolean first = !begun;
            begun = true;
            return first;
        }

        @Override
        public void reset() {
            begun = false;
        }

        @Override
        public int getFrom() {
            return 0;
        }

        @Override
        public int getTo() {
            return getList().size();
        }

        @Override
        public List<S> getRemoved() {
            return removed;
        }

        @Override
        protected int[] getPermutation() {
            return new int[0];
        }
    }
}
