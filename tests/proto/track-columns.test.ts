import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FIX_QUANTITIES } from '../../proto/fix-columns.ts'
import {
  type AnsweredTrack,
  decodeTracks,
  encodeEnd,
  encodeHead,
  encodeTrack,
  encodeTracks,
  FrameDamaged,
  frameToleranceM,
  trackChunks,
} from '../../proto/track-columns.ts'

/** One fix: ms after the one before, then the integer of each quantity or undefined. */
type Row = [stepMs: number, ...values: (number | undefined)[]]

function trackOfRows(device: string, startMs: number, rows: Row[], gapRows: number[] = []): AnsweredTrack {
  let timeMs = startMs
  const track = {
    device,
    count: rows.length,
    gapRows: Uint32Array.from(gapRows),
    timeMs: Float64Array.from(rows, ([stepMs], i) => (timeMs += i === 0 ? 0 : stepMs)),
  }
  const columns = FIX_QUANTITIES.map(({ quantity, factor }, c) => [
    quantity,
    Float64Array.from(rows, (row) => (row[c + 1] ?? Number.NaN) / factor),
  ])
  return { ...track, ...Object.fromEntries(columns) } as AnsweredTrack
}

const int32 = fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })
const anyRow = fc
  .tuple(
    // Beyond 24.8 days a further chunk begins.
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 5000 }) },
      fc.integer({ min: 1, max: 2 ** 32 }),
    ),
    fc.array(fc.option(int32, { nil: undefined }), { minLength: 9, maxLength: 9 }),
  )
  .map(([stepMs, values]): Row => [stepMs, ...values])
const anyTrack = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    fc.integer({ min: 0, max: 4_000_000_000_000 }),
    fc.array(anyRow, { maxLength: 30 }),
    fc.uniqueArray(fc.integer({ min: 1, max: 29 })),
  )
  .map(([device, startMs, rows, gaps]) => {
    const gapRows = gaps.filter((row) => row < rows.length).sort((a, b) => a - b)
    return trackOfRows(device, startMs, rows, gapRows)
  })

const aRide = trackOfRows(
  'ebike-01',
  1_777_593_600_000,
  Array.from(
    { length: 10_000 },
    (_, i): Row => [1000, 312_000_000 + i * 40, 1_214_000_000 - i * 7, i % 900, 420],
  ),
)

test('gives back whatever went in, any number of tracks', () => {
  fc.assert(
    fc.property(
      fc.array(anyTrack, { maxLength: 4 }),
      fc.integer({ min: 0, max: 100_000 }),
      (tracks, toleranceCm) => {
        const bytes = encodeTracks(tracks, toleranceCm / 100)
        expect(decodeTracks(bytes)).toEqual(tracks)
        expect(frameToleranceM(bytes)).toBe(toleranceCm / 100)
      },
    ),
  )
})

test('a long track is several chunks, and whatever part begins is in order', () => {
  expect(trackChunks(aRide).map(({ count }) => count)).toEqual([4096, 4096, 1808])
  expect(decodeTracks(encodeTracks([aRide]))).toEqual([aRide])
})

test('cut off anywhere it is refused, never a shorter track', () => {
  const bytes = encodeTracks([
    trackOfRows('a', 0, [
      [0, 1, 2],
      [1000, 3, 4],
    ]),
    trackOfRows('b', 5, [[0, 1, 2]]),
  ])
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeTracks(bytes.subarray(0, length)), `${length} bytes`).toThrow(FrameDamaged)
})

test('damaged bytes end in FrameDamaged or in a track of as many fixes, whatever they are', () => {
  const whole = encodeTracks([
    trackOfRows('a', 0, [
      [0, 1, 2, 3],
      [1000, 3, 4],
      [1000, 5, 6],
    ]),
  ])
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }).map((rest) => Uint8Array.of(...encodeHead(0), ...rest)),
        fc
          .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
          .map((flips) => {
            const bytes = whole.slice()
            for (const [at, byte] of flips) bytes[at] = byte
            return bytes
          }),
      ),
      (bytes) => {
        try {
          for (const track of decodeTracks(bytes)) expect(track.timeMs.length).toBe(track.count)
        } catch (error) {
          expect(error).toBeInstanceOf(FrameDamaged)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

const aChunk = trackChunks(
  trackOfRows('a', 1000, [
    [0, 1, 2],
    [1000, 3, 4],
  ]),
)[0]!
const frameOf = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const lied = encodeTrack('a', [{ ...aChunk, count: 2 ** 31 }], [])
test.each<[string, Uint8Array, string]>([
  ['nothing', new Uint8Array(), 'begins with GPTC'],
  ['JSON', new TextEncoder().encode('{"device":"a"}'), 'begins with GPTC'],
  [
    'another version',
    Uint8Array.of(0x47, 0x50, 0x54, 0x43, 2, 0),
    'version 2 of the track format, expected 1',
  ],
  ['no end', encodeHead(0), 'the end is missing'],
  ['an unknown part', frameOf(encodeHead(0), Uint8Array.of(7)), 'expected a track or the end, found 7'],
  ['fewer tracks than told', frameOf(encodeHead(0), encodeEnd(2)), '0 tracks, but the end tells of 2'],
  ['more after the end', frameOf(encodeHead(0), encodeEnd(0), Uint8Array.of(1)), '1 bytes after the end'],
  [
    'a count of two thousand million',
    frameOf(encodeHead(0), lied, encodeEnd(1)),
    '2147483648 fixes told, 2 in its',
  ],
  [
    'a chunk twice',
    frameOf(encodeHead(0), encodeTrack('a', [aChunk, aChunk], []), encodeEnd(1)),
    'fix 2 is not after',
  ],
  [
    'a gap after the last fix',
    frameOf(encodeHead(0), encodeTrack('a', [aChunk], [2]), encodeEnd(1)),
    'a gap before fix 2 of 2',
  ],
])('%s is refused in words', (_, bytes, words) => {
  expect(() => decodeTracks(bytes)).toThrow(FrameDamaged)
  expect(() => decodeTracks(bytes)).toThrow(words)
})

test('the worked example of docs/track-columns.md is what is written', () => {
  const page = readFileSync(new URL('../../docs/track-columns.md', import.meta.url), 'utf8')
  const hex = [...page.matchAll(/^([0-9a-f ]{2,}?) {2,}/gm)]
    .map((match) => match[1]!.replaceAll(' ', ''))
    .join('')
  const example = trackOfRows(
    'ebike-01',
    1_777_593_600_000,
    [
      [0, 312_345_678, 1_214_567_891, 1234, 420, 9000, 92, 12, 1, 250],
      [1000, 312_345_778, 1_214_567_991, 1236, undefined, 9010, 92, 12, 1, undefined],
      [1000, 312_345_878, 1_214_568_091, 1235, undefined, undefined, 92, 11, 1, undefined],
    ],
    [2],
  )
  expect(Buffer.from(encodeTracks([example], 2.5)).toString('hex')).toBe(hex)
})
