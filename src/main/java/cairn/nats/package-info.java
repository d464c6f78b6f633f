/// The store over NATS: what a node answers there, and other nodes as stores.
///
/// Only this package knows the NATS library and the messages of `cairn.proto`.
///
/// @see <a href="https://docs.nats.io/reference/reference-protocols/nats-protocol">NATS
///   protocol</a>
/// @see <a
///   href="https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md">NATS
///   services</a>
@NullMarked
package cairn.nats;

import org.jspecify.annotations.NullMarked;
