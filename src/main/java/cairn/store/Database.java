package cairn.store;

import cairn.cid.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.sqlite.BusyHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/// One connection to the index, with its statements prepared once. Belongs to one thread at a time.
final class Database implements AutoCloseable {
    /// How many rows or keys one statement is given at once, where there are many.
    static final int BATCH = 32;

    private static final int SHARED_MEMORY = 32 << 10;

    /// How a connection is used.
    enum Mode {
        WRITE,
        READ,
        /// Of a file that nobody can be writing and no one may lock.
        IMMUTABLE
    }

    private final Connection connection;
    private final Map<String, PreparedStatement> statements = new HashMap<>();

    private Database(Connection connection) {
        this.connection = connection;
    }

    static Database open(Path file, Mode mode, Synchronous synchronous) throws SQLException {
        var config = new SQLiteConfig();
        config.setBusyTimeout((int) TimeUnit.NANOSECONDS.toMillis(WriterWait.LIMIT));
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        // Written out because the driver would otherwise set it anew for every connection.
        config.setSynchronous(
                synchronous == Synchronous.FULL
                        ? SQLiteConfig.SynchronousMode.FULL
                        : SQLiteConfig.SynchronousMode.NORMAL);
        config.setReadOnly(mode != Mode.WRITE);
        String uri = "jdbc:sqlite:file:" + file.toUri().getRawPath();
        var connection =
                config.createConnection(mode == Mode.IMMUTABLE ? uri + "?immutable=1" : uri);
        if (mode == Mode.WRITE) {
            BusyHandler.setHandler(connection, new WriterWait(file));
        }
        return new Database(connection);
    }

    /// Switches to a write-ahead log.
    ///
    /// SQLite waits for nobody here, though several processes may make the same index at once.
    void logAhead() throws SQLException {
        long end = System.nanoTime() + WriterWait.LIMIT;
        while (true) {
            try {
                script("PRAGMA journal_mode = WAL");
                return;
            } catch (SQLiteException e) {
                if (e.getResultCode() != SQLiteErrorCode.SQLITE_BUSY || System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(WriterWait.STEP);
            }
        }
    }

    Connection connection() {
        return connection;
    }

    /// Runs statements that return nothing.
    void run(String sql, Object... values) throws SQLException {
        prepare(sql, values).executeUpdate();
    }

    /// Runs a statement and returns how many rows it changed.
    int change(String sql, Object... values) throws SQLException {
        return prepare(sql, values).executeUpdate();
    }

    /// Inserts rows, [#BATCH] at once where there are as many.
    ///
    /// @param insert the statement up to its values
    /// @param values those of all rows one after the other
    /// @param column one that holds numbers
    /// @return its numbers in those rows that were inserted
    LongSummaryStatistics insert(String insert, int columns, List<?> values, String column)
            throws SQLException {
        var inserted = new LongSummaryStatistics();
        String row = "(" + "?, ".repeat(columns - 1) + "?)";
        String one = insert + " VALUES " + row;
        String many = one + (", " + row).repeat(BATCH - 1);
        for (int at = 0; at < values.size(); ) {
            boolean full = values.size() - at >= BATCH * columns;
            int end = at + (full ? BATCH : 1) * columns;
            String sql = (full ? many : one) + " RETURNING " + column;
            try (var rows = query(sql, values.subList(at, end).toArray())) {
                while (rows.next()) {
                    inserted.accept(rows.getLong(1));
                }
            }
            at = end;
        }
        return inserted;
    }

    /// Runs a query; the caller closes the rows before the same query runs again.
    ResultSet query(String sql, Object... values) throws SQLException {
        return prepare(sql, values).executeQuery();
    }

    /// The number in the first column of the first row.
    long number(String sql, Object... values) throws SQLException {
        try (var rows = query(sql, values)) {
            if (!rows.next()) {
                throw new SQLException("no row for: " + sql);
            }
            return rows.getLong(1);
        }
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        var statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            bind(statement, i + 1, values[i]);
        }
        return statement;
    }

    /// A switch would be linked anew in each process, for a tenth of the time of a short command.
    private static void bind(PreparedStatement statement, int place, Object value)
            throws SQLException {
        if (value instanceof Bytes bytes) {
            statement.setBytes(place, bytes.toByteArray());
        } else if (value instanceof Number number) {
            statement.setLong(place, number.longValue());
        } else if (value instanceof String text) {
            statement.setString(place, text);
        } else if (value instanceof Boolean flag) {
            statement.setInt(place, flag ? 1 : 0);
        } else {
            throw new IllegalArgumentException(value.getClass().getName());
        }
    }

    /// Runs several statements without parameters.
    void script(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    static Bytes bytes(ResultSet rows, int column) throws SQLException {
        return Bytes.wrap(rows.getBytes(column));
    }

    /// Says what went wrong in words that tell what to do.
    static IOException failure(Path file, SQLException cause) {
        var code =
                cause instanceof SQLiteException e
                        ? e.getResultCode()
                        : SQLiteErrorCode.SQLITE_ERROR;
        var kind = SQLiteErrorCode.getErrorCode(code.code & 0xff);
        if (kind == SQLiteErrorCode.SQLITE_CORRUPT || kind == SQLiteErrorCode.SQLITE_NOTADB) {
            return new DamagedIndexException(file, "it", cause);
        }
        String problem =
                switch (kind) {
                    case SQLITE_FULL -> "the disk is full";
                    case SQLITE_BUSY, SQLITE_LOCKED -> "another process keeps it locked";
                    case SQLITE_READONLY, SQLITE_PERM -> "it can only be read";
                    case SQLITE_CANTOPEN -> "it cannot be opened";
                    case SQLITE_IOERR ->
                            isFull(file) ? "the disk is full" : "it could not be read or written";
                    default -> cause.getMessage();
                };
        return new IOException(file + ": " + problem, cause);
    }

    /// SQLite tells a disk that has no room for its shared memory from a broken one in no other
    /// way.
    private static boolean isFull(Path file) {
        Path folder = file.toAbsolutePath().resolveSibling("");
        try {
            return Files.getFileStore(folder).getUsableSpace() < SHARED_MEMORY;
        } catch (IOException _) {
            return false;
        }
    }

    void closeQuietly() {
        try {
            connection.close();
        } catch (SQLException _) {
            // Nothing of it is wanted any more.
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
