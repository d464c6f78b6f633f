// What the IPFS tools of JavaScript make and read. They stand in target/tools after ./verify; from there
//
//   node --input-type=module - make FOLDER < ipfs.mjs
//
// makes the fixtures beside this file anew: ok/NAME.car holds one root, ok/NAME.listing what ipfs-unixfs-exporter
// finds below it, and identifiers.txt names what ipfs-unixfs-importer makes of content that the tests make again.
//
//   node --input-type=module - list FOLDER CID < ipfs.mjs
//
// lists the tree of a CID in the same way; the folder holds its blocks as files with their CIDs as names.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CarWriter } from '@ipld/car'
import * as dagPb from '@ipld/dag-pb'
import { MemoryBlockstore } from 'blockstore-core'
import { UnixFS } from 'ipfs-unixfs'
import { exporter } from 'ipfs-unixfs-exporter'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced, trickle } from 'ipfs-unixfs-importer/layout'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import { identity } from 'multiformats/hashes/identity'
import { sha256 } from 'multiformats/hashes/sha2'

const [command, out, top] = process.argv.slice(2)

/** A line for each file, directory and symlink, sorted by path. */
async function listing (root, get) {
  const blocks = { get: async function * (cid) { yield await get(cid) } }
  const lines = []
  async function list (cid, path) {
    const entry = await exporter(cid, blocks)
    if (entry.type === 'directory') {
      lines.push(`d ${path}`)
      for await (const child of entry.entries()) await list(child.cid, `${path}/${child.name}`)
    } else if (entry.unixfs?.type === 'symlink') {
      lines.push(`l ${path} -> ${new TextDecoder().decode(entry.unixfs.data)}`)
    } else {
      const hash = createHash('sha256')
      for await (const part of entry.content()) hash.update(part)
      const kind = (entry.unixfs?.mode ?? 0) & 0o111 ? 'x' : 'f'
      lines.push(`${kind} ${path} ${entry.size} ${hash.digest('hex')}`)
    }
  }
  await list(root, '')
  return lines.sort().join('\n') + '\n'
}

/** Bytes that anyone can make again: byte i is the low byte of i * i >> 3. */
const content = (length) => Uint8Array.from({ length }, (_, i) => (i * i) >> 3)
const text = (s) => new TextEncoder().encode(s)

class Dag {
  blocks = []

  async get (cid) {
    return cid.multihash.code === identity.code ? cid.multihash.digest : this.blocks.find(b => b.cid.equals(cid)).bytes
  }

  async put (cid, bytes) {
    if (!this.blocks.some(b => b.cid.equals(cid))) this.blocks.push({ cid, bytes })
    return cid
  }

  async add (codec, bytes, hasher = sha256) {
    const cid = CID.createV1(codec.code, await hasher.digest(bytes))
    return hasher === identity ? cid : this.put(cid, bytes)
  }

  async node (unixfs, links) {
    return this.add(dagPb, dagPb.encode(dagPb.prepare({ Data: unixfs.marshal(), Links: links })))
  }
}

async function imported (dag, entries, options) {
  let last
  for await (const entry of importer(entries, dag, options)) last = entry
  return last.cid
}

async function save (name, dag, root) {
  const { writer, out: car } = CarWriter.create([root])
  const written = pipeline(Readable.from(car), fs.createWriteStream(`${out}/ok/${name}.car`))
  for (const block of dag.blocks) await writer.put(block)
  await writer.close()
  await written

  fs.writeFileSync(`${out}/ok/${name}.listing`, await listing(root, cid => dag.get(cid)))
}

if (command === 'list') {
  process.stdout.write(await listing(CID.parse(top), cid => fs.readFileSync(`${out}/${cid}`)))
} else {
  await make()
}

async function make () {
  const bytewise = { shardSplitStrategy: 'block-bytes' }
  const tree = [
    { path: 'bin/hello', content: content(700), mode: 0o755, mtime: { secs: 1n, nsecs: 500 } },
    { path: 'bin/hi', link: 'hello' },
    { path: 'empty', content: new Uint8Array() },
    { path: 'folder/empty' },
    { path: 'folder/grüße.txt', content: text('Grüße\n') },
    { path: 'old', content: content(100), mode: 0o600, mtime: { secs: -1n } }
  ]
  let dag = new Dag()
  await save('tree', dag, await imported(dag, tree, { ...bytewise, wrapWithDirectory: true, chunker: fixedSize({ chunkSize: 256 }) }))

  dag = new Dag()
  await save('version-0', dag, await imported(dag, tree.map(e => ({ ...e })), {
    ...bytewise, wrapWithDirectory: true, cidVersion: 0, rawLeaves: false, chunker: fixedSize({ chunkSize: 256 })
  }))

  const file = (length) => [{ path: 'file', content: content(length) }]
  const small = { chunker: fixedSize({ chunkSize: 16 }) }
  for (const [name, options] of Object.entries({
    balanced: { layout: balanced({ maxChildrenPerNode: 3 }) },
    'balanced-wrapped': { layout: balanced({ maxChildrenPerNode: 3 }), rawLeaves: false },
    trickle: { layout: trickle({ maxChildrenPerNode: 3, layerRepeat: 2 }) },
    'trickle-wrapped': {
      layout: trickle({ maxChildrenPerNode: 3, layerRepeat: 2 }), rawLeaves: false, leafType: 'raw', reduceSingleLeafToSelf: false
    },
    'data-first': { layout: balanced({ maxChildrenPerNode: 3 }), fieldOrder: 'data-first' }
  })) {
    dag = new Dag()
    await save(name, dag, await imported(dag, file(1000), { ...small, ...options }))
  }

  // data in an inner node, an inline raw leaf and an inline file node
  dag = new Dag()
  const inlineLeaf = await dag.add(raw, text('inline '), identity)
  const inlineFile = await dag.add(dagPb, dagPb.encode(dagPb.prepare({
    Data: new UnixFS({ type: 'file', data: text('wrapped ') }).marshal(), Links: []
  })), identity)
  const below = new UnixFS({ type: 'file', data: text('inner '), blockSizes: [7n, 8n] })
  const inner = await dag.node(below, [{ Name: '', Hash: inlineLeaf, Tsize: 7 }, { Name: '', Hash: inlineFile, Tsize: 8 }])
  const root = new UnixFS({ type: 'file', data: text('first '), blockSizes: [21n, 5n] })
  await save('inline', dag, await dag.node(root, [
    { Name: '', Hash: inner, Tsize: 100 }, { Name: '', Hash: await dag.add(raw, text('last\n')), Tsize: 5 }
  ]))

  // shards of every width that tools make
  const names = (count) => Array.from({ length: count }, (_, i) => ({ path: `d/name ${i * i}`, content: text(`${i % 3}`) }))
  for (const [bits, count] of [[1, 40], [3, 100], [4, 100], [8, 300], [10, 100]]) {
    dag = new Dag()
    const options = { ...bytewise, shardSplitThresholdBytes: 0, shardFanoutBits: bits }
    await save(`sharded-${2 ** bits}`, dag, await imported(dag, names(count), options))
  }

  const identifiers = []
  async function identify (name, entries, options) {
    identifiers.push(`${name} ${await imported(new MemoryBlockstore(), entries, { ...bytewise, ...options })}`)
  }
  for (const length of [0, 1, 16, 17, 48, 49, 144, 145, 1000]) {
    await identify(`file-3-${length}`, file(length), { ...small, layout: balanced({ maxChildrenPerNode: 3 }) })
  }
  await identify('file-1024-40000', file(40000), { ...small, layout: balanced({ maxChildrenPerNode: 1024 }) })
  await identify('executable', [{ path: 'file', content: content(40), mode: 0o555 }], small)
  await identify('symlink', [{ path: 'link', link: '../target' }], {})
  await identify('empty-directory', [{ path: 'd' }], {})
  await identify('directory', names(300), {})
  await identify('sharded-300', names(300), { shardSplitThresholdBytes: 0 })
  await identify('sharded-3000', names(3000), { shardSplitThresholdBytes: 100000 })
  // 4,369 links of 60 bytes and 4 bytes of data make 262,144 bytes; one byte more makes shards
  const wide = (last) => Array.from({ length: 4369 }, (_, i) => ({
    path: `d/${String(i).padStart(16, '0')}${i === 4368 ? last : ''}`, content: text('x')
  }))
  await identify('directory-262144', wide(''), {})
  await identify('directory-262145', wide('-'), {})
  fs.writeFileSync(`${out}/identifiers.txt`, identifiers.join('\n') + '\n')
}
