import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { InfluxTrackStore } from '../../../gateway/hub/stores/influx-track-store.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { StoreRefused, StoreUnavailable } from '../../../gateway/hub/stores/track-store.ts'
import { type FakeInflux, type Generation, startFakeInflux } from '../../servers/fake-influx.ts'
import { testFolder } from '../../test-folder.ts'
import { trackStoreSuite } from './track-store.suite.ts'

/** InfluxDB 1.8, 2.x and 3.x as their documentation tells (tests/servers/fake-influx.ts); 1.6 runs for real elsewhere. */
const MIDNIGHT_MS = Date.UTC(2026, 4, 2)
const records = (device: string, count = 3) => ({
  fixes: [
    {
      device,
      fixes: Array.from({ length: count }, (_, i) => ({
        timeMs: MIDNIGHT_MS + i * 1000,
        lat: 31.2,
        lon: 121.4,
      })),
    },
  ],
  readings: [],
})

describe.each<Generation>(['1.8', '2', '3'])('InfluxDB %s, played', (generation) => {
  trackStoreSuite('as a track store', async () => {
    const influx = await startFakeInflux(generation)
    const store = new InfluxTrackStore(influx.config)
    // 3.x makes its database with the first write.
    await store.write(records('before'))
    influx.points.clear()
    return {
      store,
      async readings(component, metric) {
        const where = `component = '${component}' AND metric = '${metric}'`
        const [series] = influx.points.answer(`SELECT value FROM reading WHERE ${where}`)
        return (series?.values ?? []) as [number, number][]
      },
      async remove() {
        await store.close()
        await influx.stop()
      },
    }
  })

  describe('answers to a write', () => {
    let influx: FakeInflux
    let store: InfluxTrackStore
    beforeEach(async () => {
      influx = await startFakeInflux(generation)
      store = new InfluxTrackStore(influx.config)
    })
    afterEach(async () => {
      await store.close()
      await influx.stop()
    })

    test('a wrong login is told, and nothing is refused for good', async () => {
      const { token, password, ...rest } = influx.config
      const wrong = new InfluxTrackStore({ ...rest, ...(token ? { token: 'x' } : { password: 'x' }) })
      await expect(wrong.write(records('bike-1'))).rejects.toThrow(StoreUnavailable)
      await expect(wrong.write(records('bike-1'))).rejects.toThrow(/401.*auth.*; check token, or username/)
      await expect(wrong.check()).rejects.toThrow(/401/)
      await wrong.close()
    })

    test('a partial write is refused with its words, and the other points are kept', async () => {
      influx.points.write('fix,device=bike-1 speed_cmps=1.5 1\n')
      const { fixes } = records('bike-1')
      const mixed = {
        fixes: [{ ...fixes[0]!, fixes: [...fixes[0]!.fixes, { timeMs: 5, lat: 1, lon: 1, speedMps: 2 }] }],
      }
      const outcome = store.write({ ...mixed, readings: [] })
      await expect(outcome).rejects.toThrow(StoreRefused)
      await expect(outcome).rejects.toThrow(/refused a write \(4\d\d\).*speed_cmps/)
      expect((await store.readTrack('bike-1', MIDNIGHT_MS, MIDNIGHT_MS + 5000)).count).toBe(3)
    })

    test('a body that is too large is refused, so that it is halved', async () => {
      influx.failWrites(1, { status: 413, body: '{"error":"too large"}' })
      await expect(store.write(records('bike-1'))).rejects.toThrow(StoreRefused)
    })

    test.each([429, 503])('%d with Retry-After: nothing is sent until then', async (status) => {
      influx.failWrites(1, { status, headers: { 'retry-after': '1' } })
      await expect(store.write(records('bike-1'))).rejects.toThrow(StoreUnavailable)
      await expect(store.write(records('bike-1'))).rejects.toThrow(/asked to be left alone for another 1 s/)
      expect(influx.writes).toBe(1)
      await expect
        .poll(() => store.write(records('bike-1')).then(() => 'kept', String), { timeout: 20_000 })
        .toBe('kept')
      expect(influx.points.count('fix')).toBe(3)
      expect(influx.writes).toBe(2)
    })

    test.each([
      [200, StoreUnavailable, /200: .*is store\.url an InfluxDB\?/],
      [201, StoreRefused, /\(201\)/],
    ])('%d is no acknowledgement', async (status, kind, message) => {
      influx.failWrites(1, { status, body: '{"error":"who knows"}' })
      const outcome = store.write(records('bike-1'))
      await expect(outcome).rejects.toThrow(kind)
      await expect(outcome).rejects.toThrow(message)
    })
  })
})

test('2.x: a bucket that is not there is told, and waited for', async () => {
  const influx = await startFakeInflux('2')
  const store = new InfluxTrackStore({ ...influx.config, bucket: 'elsewhere' })
  const outcome = store.write(records('bike-1'))
  await expect(outcome).rejects.toThrow(StoreUnavailable)
  await expect(outcome).rejects.toThrow(
    /404: bucket "elsewhere" not found; check database, or bucket and org/,
  )
  await store.close()
  await influx.stop()
})

test('the token may stand in a file', async () => {
  const influx = await startFakeInflux('2')
  onTestFinished(() => influx.stop())
  const { token, ...config } = influx.config
  const tokenFile = join(testFolder(), 'token')
  await expect(openTrackStore({ ...config, tokenFile }, '')).rejects.toThrow(
    /store\.tokenFile: ENOENT.*expected a file/,
  )
  writeFileSync(tokenFile, '\n')
  await expect(openTrackStore({ ...config, tokenFile }, '')).rejects.toThrow(/is empty; expected the token/)
  writeFileSync(tokenFile, `${token}\n`)
  const store = await openTrackStore({ ...config, tokenFile }, '')
  await store.write(records('bike-1'))
  expect(influx.points.count('fix')).toBe(3)
  await store.close()
})
