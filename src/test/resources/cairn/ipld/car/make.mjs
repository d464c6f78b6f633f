// Makes the archives here, but for unixfs.car; see README.md.
import { createHash } from 'crypto'
import { createWriteStream, readFileSync, writeFileSync } from 'fs'
import { Readable } from 'stream'
import { CarReader, CarWriter } from '@ipld/car'
import * as cbor from '@ipld/dag-cbor'
import * as json from '@ipld/dag-json'
import * as pb from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import * as raw from 'multiformats/codecs/raw'
import * as Digest from 'multiformats/hashes/digest'
import { identity } from 'multiformats/hashes/identity'
import { sha256, sha512 } from 'multiformats/hashes/sha2'

const folder = process.argv[2]

async function car (name, roots, blocks) {
  const { writer, out } = CarWriter.create(roots)
  const file = createWriteStream(`${folder}/${name}.car`)
  const written = new Promise(resolve => Readable.from(out).pipe(file).on('finish', resolve))
  for (const block of blocks) await writer.put(block)
  await writer.close()
  await written
  await list(name)
}

async function list (name) {
  const reader = await CarReader.fromBytes(readFileSync(`${folder}/${name}.car`))
  const lines = (await reader.getRoots()).map(cid => `root ${cid}`)
  for await (const { cid, bytes } of reader.blocks()) lines.push(`${cid} ${bytes.length}`)
  writeFileSync(`${folder}/${name}.txt`, lines.join('\n') + '\n')
}

async function block (codec, value, hash = sha256) {
  const bytes = codec.encode(value)
  return { cid: CID.create(1, codec.code, await hash.digest(bytes)), bytes }
}

const utf8 = text => new TextEncoder().encode(text)
const leaf = await block(raw, utf8('a leaf'))
const empty = await block(raw, utf8(''))
const inline = await block(raw, utf8('inline'), identity)
const long = await block(raw, utf8('hashed at length'), sha512)
const unverifiable = utf8('unverifiable')
const md5 = {
  cid: CID.create(1, raw.code, Digest.create(0xd5, createHash('md5').update(unverifiable).digest())),
  bytes: unverifiable
}
const file = await block(pb, {
  Data: utf8('\x08\x01'),
  Links: [{ Hash: leaf.cid, Name: 'leaf', Tsize: 6 }]
})
const old = { cid: file.cid.toV0(), bytes: file.bytes }
const shown = await block(json, { list: [1, 2.5, leaf.cid], bytes: utf8('x') })
const top = await block(cbor, {
  leaf: leaf.cid,
  again: [leaf.cid, file.cid, shown.cid],
  empty: empty.cid,
  inline: inline.cid,
  long: long.cid,
  md5: md5.cid,
  number: 18446744073709551615n
})
await car('every-codec', [top.cid, old.cid], [top, leaf, file, shown, empty, inline, long, md5, old])
await car('no-roots', [], [leaf])
await car('no-blocks', [leaf.cid], [])
await list('unixfs')

// Version 2 around version 1, with padding, and an index of the format IndexSorted.
const v1 = readFileSync(`${folder}/every-codec.car`)
const u64 = number => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(number))
  return bytes
}
const index = Buffer.concat([
  Buffer.from([0x80, 0x08, 1, 0, 0, 0, 40, 0, 0, 0]), u64(1), leaf.cid.multihash.digest, u64(59)
])
writeFileSync(`${folder}/version-2.car`, Buffer.concat([
  Buffer.from('0aa16776657273696f6e02', 'hex'), Buffer.alloc(16),
  u64(60), u64(v1.length), u64(60 + v1.length + 3),
  Buffer.alloc(9), v1, Buffer.alloc(3), index
]))
await list('version-2')
