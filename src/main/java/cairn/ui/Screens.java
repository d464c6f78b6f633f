package cairn.ui;

import cairn.ui.model.BuildModel;
import cairn.ui.model.BuildsModel;
import cairn.ui.model.DagModel;
import cairn.ui.model.DerivationModel;
import cairn.ui.model.DiffModel;
import cairn.ui.model.GraphModel;
import cairn.ui.model.MigrationModel;
import cairn.ui.model.NodeModel;
import cairn.ui.model.OverviewModel;
import cairn.ui.model.PathModel;
import cairn.ui.model.PathsModel;
import cairn.ui.model.PeersModel;
import cairn.ui.model.Place;
import cairn.ui.model.Screen;
import cairn.ui.model.ShellModel;
import cairn.ui.model.Side;
import cairn.ui.model.SubjectsModel;
import cairn.ui.model.Work;
import javafx.scene.Parent;

/// Makes the view of each place.
final class Screens {
    private final ShellModel shell;
    private final Views views;
    private final Chooser chooser;
    private final Runnable chooseImport;

    /// @param chooseImport asks what to import
    Screens(ShellModel shell, Views views, Chooser chooser, Runnable chooseImport) {
        this.shell = shell;
        this.views = views;
        this.chooser = chooser;
        this.chooseImport = chooseImport;
    }

    /// A view and its model.
    record Opened(Parent node, Screen model) {}

    Opened open(Place place, Side side) {
        var library = shell.library();
        Work work = shell.work();
        return switch (place) {
            case Place.Overview _ -> {
                var model = new OverviewModel(library, work, side, shell.importing());
                yield opened(new OverviewController(model, shell.settings(), chooseImport), model);
            }
            case Place.Paths at -> {
                var model = new PathsModel(at, library, work, side);
                yield opened(new PathsController(model, shell.settings(), chooseImport), model);
            }
            case Place.OfPath at -> {
                var model = new PathModel(at, library, work, side);
                yield opened(new PathController(model, shell.settings()), model);
            }
            case Place.Dag at -> {
                var model = new DagModel(at, library, work, side);
                yield opened(new DagController(model, shell.settings()), model);
            }
            case Place.Graph at -> {
                var model = new GraphModel(at, library, work, side);
                yield opened(new GraphController(model, chooseImport), model);
            }
            case Place.Diff at -> {
                var model = new DiffModel(at, library, work, side);
                yield opened(new DiffController(model, shell.settings()), model);
            }
            case Place.Builds _ -> {
                var model = new BuildsModel(shell.meeting(), library, work, side);
                yield opened(new BuildsController(model, shell.settings(), side::open), model);
            }
            case Place.OfBuild at -> {
                var model = new BuildModel(at, library, work, side);
                yield opened(new BuildController(model, shell.settings()), model);
            }
            case Place.Migration at -> {
                var model =
                        new MigrationModel(
                                at, shell.migrating(), shell.activities(), library, work, side);
                yield opened(new MigrationController(model, shell.settings(), chooser), model);
            }
            case Place.Derivation at -> {
                var model = new DerivationModel(at, shell.node(), library, work, side);
                yield opened(new DerivationController(model, shell.settings()), model);
            }
            case Place.Node _ -> {
                var model = new NodeModel(shell.node(), library, work, side);
                yield opened(new NodeController(model, shell.settings()), model);
            }
            case Place.Peers _ -> {
                var model = new PeersModel(shell.meeting(), library, work, side);
                yield opened(
                        new PeersController(
                                model,
                                shell.settings(),
                                views.load(new JoinController(model.joining())),
                                side::open),
                        model);
            }
            case Place.Subjects at -> {
                var model = new SubjectsModel(at, shell.meeting(), library, work, side);
                yield opened(
                        new SubjectsController(
                                model,
                                shell.settings(),
                                views.load(new JoinController(model.joining()))),
                        model);
            }
            case Place.Settings _ ->
                    opened(new SettingsController(shell.settings()), shell.settings());
        };
    }

    private Opened opened(Object controller, Screen model) {
        return new Opened(views.load(controller), model);
    }
}
