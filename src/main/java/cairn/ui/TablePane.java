package cairn.ui;

import cairn.ui.model.ColumnLook;
import cairn.ui.model.Figures;
import cairn.ui.model.Listing;
import cairn.ui.model.Listing.Format;
import cairn.ui.model.Listing.Order;
import cairn.ui.model.Rows;
import cairn.ui.model.SettingsModel;
import cairn.ui.model.Words;
import java.io.File;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.animation.PauseTransition;
import javafx.beans.DefaultProperty;
import javafx.collections.FXCollections;
import javafx.collections.ListChangeListener;
import javafx.collections.ObservableList;
import javafx.geometry.Orientation;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ContextMenu;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.control.ScrollBar;
import javafx.scene.control.SelectionMode;
import javafx.scene.control.SeparatorMenuItem;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableColumn.SortType;
import javafx.scene.control.TableRow;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import javafx.scene.input.ContextMenuEvent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import javafx.util.Subscription;
import org.jspecify.annotations.Nullable;
import org.kordamp.ikonli.javafx.FontIcon;

/// A table with all that every list can do: filter as one types, sort, open, copy, export, remember
/// its columns, and keep what comes in from moving what one reads.
///
/// Its columns are [ListColumn]s with the keys of the columns of the [Listing] that it shows.
/// Without a prompt it has no bar, and its menu does the rest.
@DefaultProperty("table")
public final class TablePane<S> extends VBox {
    private static final double COUNT = 72;
    private static final double WIDE = 560;
    private static final double NARROW = WIDE;
    private static final double SMALL = 400;

    private final ObservableList<Node> tools = FXCollections.observableArrayList();
    private final TextField filter = new TextField();
    private final Label count = new Label();
    private final ProgressIndicator sifting = new ProgressIndicator();
    private final PauseTransition patience = new PauseTransition(StatePane.PATIENCE);
    private final Button fresh = new Button();
    private final HBox bar = new HBox();
    private final Label trouble = new Label();
    private final Rows<S> items = new Rows<>();
    private final Set<TableColumn<S, ?>> unwanted = new HashSet<>();
    private TableView<S> table = new TableView<>();
    private @Nullable Node instead;
    private Node placeholder = new Label();
    private @Nullable TableColumn<S, ?> pointed;
    private boolean squeezing;
    private Supplier<String> counted = () -> "";
    private Subscription following = Subscription.EMPTY;

    public TablePane() {
        getStyleClass().add("table-pane");
        setMinSize(0, 0);
        bar.getStyleClass().add("bar");
        bar.setMinSize(0, Region.USE_PREF_SIZE);
        bar.widthProperty()
                .subscribe(width -> {
                    count.setMinWidth(width.doubleValue() > WIDE ? Region.USE_PREF_SIZE : COUNT);
                    Presence.show(count, width.doubleValue() > SMALL);
                });
        Narrow.follow(bar, NARROW);
        Presence.show(bar, false);
        trouble.setId("trouble");
        trouble.setWrapText(true);
        trouble.getStyleClass().addAll("problem-text", "padded");
        sifting.setId("sifting");
        sifting.setAccessibleText(Words.text("list.sifting"));
        sifting.getStyleClass().add("small");
        patience.setOnFinished(_ -> Presence.show(sifting, true));
        filter.setId("filter");
        count.setId("count");
        count.getStyleClass().add("secondary");
        fresh.setId("fresh");
        fresh.getStyleClass().add("small");
        fresh.setMinWidth(Region.USE_PREF_SIZE);
        getChildren().add(bar);
    }

    public TableView<S> getTable() {
        return table;
    }

    public void setTable(TableView<S> shown) {
        table = shown;
        VBox.setVgrow(shown, Priority.ALWAYS);
        getChildren().setAll(bar, shown, trouble);
    }

    /// What is shown in place of the table as long as nothing is typed, if anything.
    public @Nullable Node getInstead() {
        return instead;
    }

    public void setInstead(Node node) {
        instead = node;
        VBox.setVgrow(node, Priority.ALWAYS);
    }

    /// What stands in the bar beside the filter.
    public ObservableList<Node> getTools() {
        return tools;
    }

    /// What the empty filter says.
    public String getPrompt() {
        return filter.getPromptText();
    }

    public void setPrompt(String text) {
        filter.setPromptText(text);
        filter.setAccessibleText(text);
        Presence.show(bar, true);
    }

    /// Shows a list; to be called once. Where the list lives longer, [#leave()] ends it.
    void show(Listing<S> listing, SettingsModel settings) {
        show(listing, settings, listing::open);
    }

    /// @param open what Enter and a double click do
    void show(Listing<S> listing, SettingsModel settings, Consumer<S> open) {
        fillBar(listing);
        fillColumns(listing.kind().name(), settings);
        placeholder = table.getPlaceholder();
        table.setItems(items);
        following =
                Subscription.combine(
                        following,
                        listing.filterProperty()
                                .subscribe(text -> showTable(instead == null || !text.isBlank())),
                        listing.rows().subscribe(() -> replace(listing)),
                        listing.troubleProperty()
                                .subscribe(sentence -> {
                                    trouble.setText(sentence);
                                    Presence.show(trouble, !sentence.isEmpty());
                                }));
        replace(listing);
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_SUBSEQUENT_COLUMNS);
        table.setTableMenuButtonVisible(true);
        table.setSortPolicy(_ -> {
            listing.sort(order());
            return true;
        });
        table.getSelectionModel().setSelectionMode(SelectionMode.MULTIPLE);
        table.getSelectionModel()
                .selectedItemProperty()
                .subscribe(row -> {
                    if (row != null) {
                        listing.select(row);
                    }
                });
        table.addEventFilter(KeyEvent.KEY_PRESSED, event -> press(event, listing, open));
        table.setOnMouseClicked(event -> {
            if (event.getButton() == MouseButton.PRIMARY
                    && event.getClickCount() == 2
                    && isOnRow(event)) {
                open(listing, open, event.isShortcutDown());
            }
        });
        table.addEventFilter(
                ContextMenuEvent.CONTEXT_MENU_REQUESTED, event -> pointed = column(event));
        table.setContextMenu(menu(listing, open));
        listing.setReading(this::isRead);
    }

    /// Follows the list no longer.
    void leave() {
        following.unsubscribe();
    }

    /// Says what the rows are that are shown, in place of their number.
    void setCounted(Supplier<String> words) {
        counted = words;
        count.setText(words.get());
    }

    /// Selects the first row and lets the keys act on the table.
    void enter() {
        table.requestFocus();
        if (table.getSelectionModel().isEmpty()) {
            table.getSelectionModel().selectFirst();
        }
    }

    /// Lets one type in the filter, if there is one.
    boolean enterFilter() {
        if (!bar.isVisible()) {
            return false;
        }
        filter.requestFocus();
        filter.selectAll();
        return true;
    }

    private void fillBar(Listing<S> listing) {
        filter.textProperty().bindBidirectional(listing.filterProperty());
        filter.setOnKeyPressed(event -> {
            if (event.getCode() == KeyCode.DOWN) {
                enter();
            }
        });
        counted =
                () -> {
                    String all = Figures.count(listing.totalProperty().get());
                    return items.size() == listing.totalProperty().get()
                            ? all
                            : Words.text("list.count-of", Figures.count(items.size()), all);
                };
        following =
                Subscription.combine(
                        listing.totalProperty().subscribe(_ -> count.setText(counted.get())),
                        listing.siftingProperty()
                                .subscribe(now -> {
                                    patience.stop();
                                    Presence.show(sifting, false);
                                    if (now) {
                                        patience.play();
                                    }
                                }),
                        listing.freshProperty()
                                .subscribe(number -> {
                                    fresh.setText(
                                            Words.text(
                                                    "list.fresh",
                                                    Figures.count(number.longValue())));
                                    Presence.show(fresh, number.intValue() > 0);
                                }));
        fresh.setOnAction(_ -> listing.showWaiting());
        var box = new HBox(new FontIcon("fth-filter"), filter);
        box.getStyleClass().addAll("search-box", "filter-box");
        HBox.setHgrow(filter, Priority.ALWAYS);
        var space = new Region();
        HBox.setHgrow(space, Priority.ALWAYS);
        var export = new MenuButton(Words.text("export.button"), new FontIcon("fth-upload"));
        export.setId("export");
        export.setMinWidth(Region.USE_PREF_SIZE);
        export.getItems().setAll(exports(listing));
        bar.getChildren().setAll(box, count, sifting, fresh, space);
        bar.getChildren().addAll(tools);
        bar.getChildren().add(export);
    }

    private void fillColumns(String list, SettingsModel settings) {
        var looks = settings.columns(list);
        var columns = FXCollections.observableArrayList(table.getColumns());
        for (int i = looks.size() - 1; i >= 0; i--) {
            ColumnLook look = looks.get(i);
            for (TableColumn<S, ?> column : table.getColumns()) {
                if (key(column).equals(look.key())) {
                    columns.remove(column);
                    columns.addFirst(column);
                    column.setPrefWidth(look.width());
                    if (!look.visible()) {
                        unwanted.add(column);
                    }
                }
            }
        }
        table.getColumns().setAll(columns);
        table.widthProperty().subscribe(_ -> squeeze());
        for (TableColumn<S, ?> column : table.getColumns()) {
            column.visibleProperty()
                    .subscribe((_, visible) -> {
                        if (!squeezing) {
                            if (visible) {
                                unwanted.remove(column);
                            } else {
                                unwanted.add(column);
                            }
                            settings.keepColumns(list, looks());
                        }
                    });
        }
        table.getColumns()
                .addListener((ListChangeListener<Object>) _ -> settings.keepColumns(list, looks()));
        table.addEventFilter(
                MouseEvent.MOUSE_RELEASED,
                event -> {
                    if (event.getTarget() instanceof Node node && isInHeader(node)) {
                        settings.keepColumns(list, looks());
                    }
                });
    }

    /// The less room there is, the fewer columns.
    private void squeeze() {
        squeezing = true;
        for (TableColumn<S, ?> column : table.getColumns()) {
            double from = column instanceof ListColumn<S, ?> listed ? listed.getFrom() : 0;
            column.setVisible(!unwanted.contains(column) && table.getWidth() >= from);
        }
        squeezing = false;
    }

    private List<ColumnLook> looks() {
        return table.getColumns().stream()
                .map(column ->
                        new ColumnLook(key(column), column.getWidth(), !unwanted.contains(column)))
                .toList();
    }

    private static String key(TableColumn<?, ?> column) {
        return column instanceof ListColumn<?, ?> listed ? listed.getKey() : "";
    }

    private boolean isInHeader(Node node) {
        for (Node at = node; at != null && !at.equals(table); at = at.getParent()) {
            if (at.getStyleClass().contains("column-header-background")) {
                return true;
            }
        }
        return false;
    }

    private Order order() {
        return table.getSortOrder().stream()
                .findFirst()
                .map(column -> new Order(key(column), column.getSortType() == SortType.DESCENDING))
                .orElse(Order.AS_GIVEN);
    }

    /// Shows the rows as they are now; what was selected stays so.
    private void replace(Listing<S> listing) {
        var id = listing.kind().id();
        var selected =
                table.getSelectionModel().getSelectedItems().stream()
                        .map(id)
                        .collect(Collectors.toSet());
        items.exchange(listing.taken());
        table.setPlaceholder(placeholder(listing));
        count.setText(counted.get());
        if (!selected.isEmpty()) {
            int[] places =
                    IntStream.range(0, items.size())
                            .filter(i -> selected.contains(id.apply(items.get(i))))
                            .toArray();
            table.getSelectionModel().clearSelection();
            if (places.length > 0) {
                table.getSelectionModel().selectIndices(places[0], places);
            }
        }
    }

    private void showTable(boolean shown) {
        Presence.show(count, shown);
        getChildren().setAll(bar, shown || instead == null ? table : instead, trouble);
    }

    /// Says why there are no rows.
    private Node placeholder(Listing<S> listing) {
        String problem = listing.problemProperty().get();
        if (!problem.isEmpty()) {
            return new Label(problem);
        }
        return listing.filterProperty().get().isBlank()
                ? placeholder
                : new Label(Words.text("paths.none"));
    }

    private boolean isRead() {
        return table.isHover()
                || !table.getSelectionModel().isEmpty()
                || table.lookupAll(".scroll-bar").stream()
                        .anyMatch(node ->
                                node instanceof ScrollBar scroll
                                        && scroll.getOrientation() == Orientation.VERTICAL
                                        && scroll.getValue() > 0);
    }

    private void press(KeyEvent event, Listing<S> listing, Consumer<S> open) {
        switch (event.getCode()) {
            case ENTER -> open(listing, open, event.isShortcutDown());
            case C -> {
                if (!event.isShortcutDown()) {
                    return;
                }
                Clip.copy(listing.copied(chosen()));
            }
            default -> {
                return;
            }
        }
        event.consume();
    }

    private void open(Listing<S> listing, Consumer<S> open, boolean beside) {
        S row = table.getSelectionModel().getSelectedItem();
        if (row == null) {
            return;
        }
        if (beside) {
            listing.openBeside(row);
        } else {
            open.accept(row);
        }
    }

    /// The selected rows; all where none is.
    private List<S> chosen() {
        var selected = table.getSelectionModel().getSelectedItems();
        return List.copyOf(selected.isEmpty() ? items : selected);
    }

    private ContextMenu menu(Listing<S> listing, Consumer<S> open) {
        var here = item("list.open", () -> open(listing, open, false));
        var beside = item("list.open-beside", () -> open(listing, open, true));
        var menu =
                new ContextMenu(
                        here,
                        beside,
                        new SeparatorMenuItem(),
                        item("list.copy", () -> Clip.copy(listing.copied(chosen()))),
                        item("list.copy-cell", () -> copyCell(listing)),
                        item("list.copy-table", () -> listing.tabbed(chosen(), Clip::copy)),
                        new SeparatorMenuItem());
        menu.getItems().addAll(exports(listing));
        menu.setOnShowing(_ -> {
            S row = table.getSelectionModel().getSelectedItem();
            boolean leads = row != null && listing.kind().place().apply(row).isPresent();
            here.setDisable(!leads);
            beside.setDisable(!leads);
        });
        return menu;
    }

    private void copyCell(Listing<S> listing) {
        S row = table.getSelectionModel().getSelectedItem();
        if (row != null && pointed != null) {
            listing.cell(row, key(pointed), Clip::copy);
        }
    }

    private List<MenuItem> exports(Listing<S> listing) {
        return List.of(
                item("export.csv", () -> export(listing, Format.CSV)),
                item("export.json", () -> export(listing, Format.JSON)));
    }

    private void export(Listing<S> listing, Format format) {
        var chooser = new FileChooser();
        chooser.setInitialFileName(
                listing.kind().name() + "." + format.name().toLowerCase(Locale.ROOT));
        File file = chooser.showSaveDialog(getScene().getWindow());
        if (file != null) {
            listing.export(file.toPath(), format);
        }
    }

    private static MenuItem item(String key, Runnable action) {
        var item = new MenuItem(Words.text(key));
        item.setOnAction(_ -> action.run());
        return item;
    }

    private static boolean isOnRow(MouseEvent event) {
        Node at = event.getPickResult().getIntersectedNode();
        while (at != null && !(at instanceof TableRow<?>)) {
            at = at.getParent();
        }
        return at instanceof TableRow<?> row && !row.isEmpty();
    }

    /// The column of the cell that an event is about, if any.
    @SuppressWarnings("unchecked") // cells of this table are of its columns
    private @Nullable TableColumn<S, ?> column(ContextMenuEvent event) {
        for (Node at = event.getTarget() instanceof Node node ? node : null;
                at != null && !at.equals(table);
                at = at.getParent()) {
            if (at instanceof TableCell<?, ?> cell) {
                return (TableColumn<S, ?>) cell.getTableColumn();
            }
        }
        return null;
    }
}
