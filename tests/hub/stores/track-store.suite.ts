import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fixOf } from '../../../gateway/hub/stores/fix-columns.ts'
import { StoreRefused, type Track, type TrackStore } from '../../../gateway/hub/stores/track-store.ts'
import { type Fix, QUALITIES, type Quality } from '../../../proto/domain.ts'
import {
  decodeTracks,
  encodeEnd,
  encodeHead,
  encodeTrack,
  trackChunks,
} from '../../../proto/track-columns.ts'

/** An empty store, and a way to look at its readings from outside, since TrackStore only writes them. */
export interface StoreUnderTest {
  store: TrackStore
  readings(component: string, metric: string): Promise<[timeMs: number, value: number][]>
  remove(): Promise<void>
}

const MIDNIGHT_MS = Date.UTC(2026, 4, 2)
const SECOND = 1000
const COMPONENT = '3205080101000001'

const fullFix: Fix = {
  timeMs: MIDNIGHT_MS,
  lat: 31.2345678,
  lon: 121.4567891,
  altM: 12.34,
  speedMps: 4.21,
  courseDeg: 359.99,
  hdop: 0.92,
  satellites: 17,
  quality: 'float-rtk',
  accuracyM: 2.51,
}

const bareFix = (timeMs: number): Fix => ({ timeMs, lat: 31.2, lon: 121.4 })

/** The rows of a track as fixes again. */
const fixesOf = (track: Track): Fix[] => Array.from({ length: track.count }, (_, row) => fixOf(track, row))

/** What every TrackStore does. */
export function trackStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest
    let store: TrackStore
    beforeEach(async () => {
      under = await open()
      store = under.store
    })
    afterEach(() => under.remove())

    const write = (device: string, ...fixes: Fix[]) =>
      store.write({ fixes: [{ device, fixes }], readings: [] })
    const read = async (device: string, fromMs = 0, toMs = Number.POSITIVE_INFINITY) =>
      fixesOf(await store.readTrack(device, fromMs, toMs))

    test('gives back every quantity, and absent ones as absent', async () => {
      const bare = bareFix(MIDNIGHT_MS + SECOND)
      const some = { ...bareFix(MIDNIGHT_MS + 2 * SECOND), speedMps: 0, satellites: 0 }
      await write('bike-1', fullFix, bare, some)
      expect(await read('bike-1')).toEqual([fullFix, bare, some])
      const track = await store.readTrack('bike-1', 0, Number.POSITIVE_INFINITY)
      expect(track).toMatchObject({ device: 'bike-1', count: 3 })
      expect([...track.altM]).toEqual([12.34, Number.NaN, Number.NaN])
      expect(track.timeMs).toHaveLength(3)
    })

    test('takes the same records again without a change', async () => {
      const fixes = Array.from({ length: 30 }, (_, i) => ({ ...fullFix, timeMs: MIDNIGHT_MS + i * SECOND }))
      for (let i = 0; i < 3; i++) await write('bike-1', ...fixes)
      expect(await read('bike-1')).toEqual(fixes)
    })

    test('lets the later write win; what only the earlier one had stays', async () => {
      await write('bike-1', { ...bareFix(MIDNIGHT_MS), speedMps: 1, hdop: 2 })
      await write('bike-1', { ...bareFix(MIDNIGHT_MS), lat: 30, speedMps: 3 })
      expect(await read('bike-1')).toEqual([
        { timeMs: MIDNIGHT_MS, lat: 30, lon: 121.4, speedMps: 3, hdop: 2 },
      ])
    })

    test('lets the later fix of one write win', async () => {
      const fixes = [1, 2, 3].map((speedMps) => ({ ...bareFix(MIDNIGHT_MS), speedMps }))
      await store.write({
        fixes: [
          { device: 'bike-1', fixes: fixes.slice(0, 2) },
          { device: 'bike-1', fixes: fixes.slice(2) },
        ],
        readings: [],
      })
      expect(await read('bike-1')).toEqual([fixes[2]])
    })

    test('puts fixes that come in any order into order of time', async () => {
      const offsets = [900, 3, 599, 600, 601, 0, 1, 86_399, 2]
      const fixes = offsets.map((offset) => bareFix(MIDNIGHT_MS + offset * SECOND))
      await write('bike-1', ...fixes.slice(0, 5))
      await write('bike-1', ...fixes.slice(5))
      expect(await read('bike-1')).toEqual(fixes.toSorted((a, b) => a.timeMs - b.timeMs))
    })

    test('ranges hold their start and not their end, at midnight too', async () => {
      const times = [-1, 0, 1, 999, 1000].map((offset) => MIDNIGHT_MS + offset)
      await write('bike-1', ...times.map(bareFix))
      const timesIn = async (fromMs: number, toMs: number) =>
        (await read('bike-1', fromMs, toMs)).map((f) => f.timeMs)
      expect(await timesIn(MIDNIGHT_MS, MIDNIGHT_MS + 1000)).toEqual(times.slice(1, 4))
      expect(await timesIn(MIDNIGHT_MS - 86_400_000, MIDNIGHT_MS)).toEqual(times.slice(0, 1))
      expect(await timesIn(MIDNIGHT_MS + 0.5, MIDNIGHT_MS + 1.5)).toEqual(times.slice(2, 3))
      expect(await timesIn(MIDNIGHT_MS, MIDNIGHT_MS)).toEqual([])
      expect(await timesIn(MIDNIGHT_MS + 1000, MIDNIGHT_MS)).toEqual([])
      expect(await timesIn(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY)).toEqual(times)
    })

    test('as chunks, kept or made, every range reads the same', async () => {
      const fixes = Array.from({ length: 100 }, (_, i) => ({
        ...(i % 3 === 0 ? fullFix : bareFix(0)),
        timeMs: MIDNIGHT_MS + i * 21 * SECOND,
      }))
      await write('bike-1', ...fixes)
      for (const [fromS, toS] of [
        [-1, 9999],
        [0, 600],
        [21, 2000],
        [599, 1201],
        [30, 40],
        [3000, 4000],
      ]) {
        const range = [MIDNIGHT_MS + fromS! * SECOND, MIDNIGHT_MS + toS! * SECOND] as const
        const track = await store.readTrack('bike-1', ...range)
        const chunks = (await store.readChunks?.('bike-1', ...range)) ?? trackChunks(track)
        const parts = [encodeHead(0), encodeTrack('bike-1', chunks, []), encodeEnd(1)]
        expect(decodeTracks(Buffer.concat(parts))).toEqual([{ ...track, gapRows: new Uint32Array() }])
      }
    })

    test('keeps devices apart, also where one name begins with the other', async () => {
      await write('bike', bareFix(MIDNIGHT_MS))
      await write('bike-1', bareFix(MIDNIGHT_MS + 1))
      await write('BIKE', bareFix(MIDNIGHT_MS + 2))
      expect(await read('bike')).toEqual([bareFix(MIDNIGHT_MS)])
      expect(await read('nobody')).toEqual([])
    })

    test('devicesBetween: sorted, with a fix inside the range', async () => {
      await write('c', bareFix(MIDNIGHT_MS))
      await write('a', bareFix(MIDNIGHT_MS - 1), bareFix(MIDNIGHT_MS + 60_000))
      await write('b', ...Array.from({ length: 1200 }, (_, i) => bareFix(MIDNIGHT_MS - 300_000 + i * SECOND)))
      expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual(['a', 'b', 'c'])
      expect(await store.devicesBetween(MIDNIGHT_MS, MIDNIGHT_MS + 1)).toEqual(['b', 'c'])
      expect(await store.devicesBetween(MIDNIGHT_MS, MIDNIGHT_MS + 60_000)).toEqual(['b', 'c'])
      expect(await store.devicesBetween(MIDNIGHT_MS + 1, MIDNIGHT_MS + 60_001)).toEqual(['a', 'b'])
      expect(await store.devicesBetween(MIDNIGHT_MS + 1, MIDNIGHT_MS + 2)).toEqual([])
      expect(await store.devicesBetween(MIDNIGHT_MS + 1, MIDNIGHT_MS)).toEqual([])
    })

    test('lastFix: the newest by its own time, not by arrival', async () => {
      expect(await store.lastFix('bike-1')).toBeUndefined()
      await write('bike-1', fullFix)
      await write('bike-1', bareFix(MIDNIGHT_MS - 3_600_000))
      expect(await store.lastFix('bike-1')).toEqual(fullFix)
      expect(await store.lastFix('bike')).toBeUndefined()
    })

    test('keeps extreme values', async () => {
      const times = [0, 946_684_800_000, 4_102_444_799_999]
      const corners: Fix[] = [
        { lat: 90, lon: 180 },
        { lat: -90, lon: -180, altM: -1000, speedMps: 0, courseDeg: 0, hdop: 0, accuracyM: 0 },
        { lat: 0, lon: 1e-7, altM: 100_000, speedMps: 100_000, hdop: 1000, accuracyM: 21_474_836 },
      ].map((rest, i) => ({ timeMs: times[i]!, ...rest }))
      await write('bike-1', ...corners)
      expect(await read('bike-1')).toEqual(corners)
    })

    test('rounds to what is kept: 1e-7 degrees, two decimals, whole ms; a full turn is north', async () => {
      await write('bike-1', {
        timeMs: MIDNIGHT_MS + 0.4,
        lat: 31.23456784,
        lon: 121.45678916,
        courseDeg: 359.996,
        speedMps: 1.006,
      })
      expect(await read('bike-1')).toEqual([
        { timeMs: MIDNIGHT_MS, lat: 31.2345678, lon: 121.4567892, courseDeg: 0, speedMps: 1.01 },
      ])
    })

    test('a device-day of 28,800 fixes, written in batches of 30', async () => {
      const fixes = Array.from({ length: 28_800 }, (_, i) => ({
        ...fullFix,
        timeMs: MIDNIGHT_MS + i * SECOND,
        lat: Math.round(31e7 + 9e4 * Math.sin(i / 500)) / 1e7,
        speedMps: (i % 700) / 100,
      }))
      const batches = Array.from({ length: 960 }, (_, i) => ({
        device: 'bike-1',
        fixes: fixes.slice(i * 30, i * 30 + 30),
      }))
      for (let i = 0; i < batches.length; i += 100)
        await store.write({ fixes: batches.slice(i, i + 100), readings: [] })
      expect(await read('bike-1')).toEqual(fixes)
    })

    test('keeps readings once each, the later value winning', async () => {
      const reading = (offset: number, value: number) => ({
        component: COMPONENT,
        metric: 'tilt_deg',
        timeMs: MIDNIGHT_MS + offset,
        value,
      })
      await store.write({ fixes: [], readings: [reading(2, -0.5), reading(0, 1e-9), reading(2, 3.25)] })
      await store.write({ fixes: [], readings: [reading(0, 1e21), reading(1, 7)] })
      expect(await under.readings(COMPONENT, 'tilt_deg')).toEqual([
        [MIDNIGHT_MS, 1e21],
        [MIDNIGHT_MS + 1, 7],
        [MIDNIGHT_MS + 2, 3.25],
      ])
    })

    test('takes nothing to write', async () => {
      await store.write({ fixes: [], readings: [] })
      await store.write({ fixes: [{ device: 'bike-1', fixes: [] }], readings: [] })
      expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual([])
    })

    test.each<[string, string, Partial<Fix>, RegExp]>([
      ['latitude', 'bike-1', { lat: 90.1 }, /bike-1, fix 1: lat 90\.1, expected -90 to 90/],
      ['no number', 'bike-1', { lon: Number.NaN }, /lon NaN/],
      ['speed', 'bike-1', { speedMps: -1 }, /speedMps -1/],
      ['quality', 'bike-1', { quality: 'none' as Quality }, /quality/],
      ['unknown quality', 'bike-1', { quality: 'best' as Quality }, /quality/],
      ['time', 'bike-1', { timeMs: Number.NaN }, /time NaN ms/],
      ['time before 1970', 'bike-1', { timeMs: -1 }, /time -1 ms/],
      ['device with a comma', 'a,b=c', {}, /"a,b=c"/],
      ['device with a line feed', 'a\nfix,device=x lat_e7=1i', {}, /expected/],
      ['device out of paths', '../x', {}, /expected/],
    ])('refuses a whole write for its %s and says which', async (_, device, change, message) => {
      const fixes = [bareFix(MIDNIGHT_MS), { ...bareFix(MIDNIGHT_MS + 1), ...change }]
      const refused = store.write({ fixes: [{ device, fixes }], readings: [] })
      await expect(refused).rejects.toThrow(StoreRefused)
      await expect(refused).rejects.toThrow(message)
      expect(await store.devicesBetween(0, Number.POSITIVE_INFINITY)).toEqual([])
    })

    test.each([
      ['component', { component: '12,metric=x' }],
      ['metric', { metric: 'tilt deg' }],
      ['value', { value: Number.POSITIVE_INFINITY }],
      ['time', { timeMs: 5e12 }],
    ])('refuses a reading for its %s', async (_, change) => {
      const reading = { component: COMPONENT, metric: 'tilt_deg', timeMs: MIDNIGHT_MS, value: 1, ...change }
      await expect(store.write({ fixes: [], readings: [reading] })).rejects.toThrow(StoreRefused)
    })

    test.each(["x' OR device = 'bike-1", "bike-1' --", 'bike-1"', 'bike-1\\', 'bike-1\n', ''])(
      'finds nothing under the name %j',
      async (device) => {
        await write('bike-1', bareFix(MIDNIGHT_MS))
        expect(await read(device)).toEqual([])
        expect(await store.lastFix(device)).toBeUndefined()
      },
    )

    test('check resolves while the store works', async () => {
      await expect(store.check()).resolves.toBeUndefined()
    })

    test('any sequence of writes reads like a map of fixes by device and time', async () => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyWrite, { minLength: 1, maxLength: 6 }),
          anyRange,
          async (writes, [from, to]) => {
            run++
            const model = new Map<string, Map<number, Fix>>()
            for (const parts of writes) {
              const fixes = parts.map(([device, list]) => ({ device: `${device}${run}`, fixes: list }))
              await store.write({ fixes, readings: [] })
              for (const part of fixes) {
                const kept = model.get(part.device) ?? new Map<number, Fix>()
                for (const fix of part.fixes) kept.set(fix.timeMs, { ...kept.get(fix.timeMs), ...fix })
                model.set(part.device, kept)
              }
            }
            for (const [device, kept] of model) {
              const expected = [...kept.values()]
                .filter((fix) => fix.timeMs >= from && fix.timeMs < to)
                .sort((a, b) => a.timeMs - b.timeMs)
              expect(await read(device, from, to)).toEqual(expected)
              expect((await store.devicesBetween(from, to)).includes(device)).toBe(expected.length > 0)
            }
          },
        ),
        { numRuns: 60 },
      )
    })
  })
}

/** Around midnight and the borders of chunks, so that times often meet. */
const anyTime = fc
  .oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.integer({ min: 599_998, max: 600_002 }),
    fc.integer({ min: -1_300_000, max: 1_300_000 }),
  )
  .map((offset) => MIDNIGHT_MS + offset)

const anyRange = fc.tuple(anyTime, anyTime)

const scaled = (min: number, max: number, factor: number) =>
  fc.integer({ min: min * factor, max: max * factor }).map((integer) => integer / factor)

const anyFix: fc.Arbitrary<Fix> = fc.record(
  {
    timeMs: anyTime,
    lat: scaled(-90, 90, 1e7),
    lon: scaled(-180, 180, 1e7),
    altM: scaled(-1000, 100_000, 100),
    speedMps: scaled(0, 100_000, 100),
    courseDeg: fc.integer({ min: 0, max: 35_999 }).map((centidegrees) => centidegrees / 100),
    hdop: scaled(0, 1000, 100),
    satellites: fc.integer({ min: 0, max: 1000 }),
    quality: fc.constantFrom(...(QUALITIES.slice(1) as Quality[])),
    accuracyM: scaled(0, 21_474_836, 100),
  },
  { requiredKeys: ['timeMs', 'lat', 'lon'] },
)

const anyWrite = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.array(anyFix, { maxLength: 12 })), {
  maxLength: 3,
})
