import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { startHttpServer } from '../../../gateway/hub/api/server.ts'
import { ShiftSurvey } from '../../../gateway/hub/patrol/coverage/shift-survey.ts'
import { examineShift } from '../../../gateway/hub/patrol/shifts/examine-shift.ts'
import { openPatrolDesk } from '../../../gateway/hub/patrol-desk.ts'
import { PresenceRegister } from '../../../gateway/hub/registers/presence.ts'
import { openRegisters } from '../../../gateway/hub/registers/registers.ts'
import { openTrackStore } from '../../../gateway/hub/stores/open-track-store.ts'
import { ownOrShipped } from '../../../proto/catalogue/catalogue-file.ts'
import { loadShiftChecks } from '../../../proto/catalogue/shift-checks.ts'
import type { Fix } from '../../../proto/domain.ts'
import { ShiftReport, Shifts } from '../../../proto/patrol-http.ts'
import { testFolder } from '../../test-folder.ts'
import { madeDistrict, madeRegisters, rideThrough } from './coverage/made-ground.ts'
import { START_MS } from './made-track.ts'
import { scatterM } from './shifts/made-shift.ts'

const HOUR_MS = 3_600_000
const SHIFT = { device: 'bike-1', grids: ['310101001001'], fromMs: START_MS, toMs: START_MS + 2 * HOUR_MS }
const RANGE = 'from=2026-05-01T00:00:00Z&to=2026-05-02T00:00:00Z'
/** Longer than what is surveyed in one turn. */
const RIDE = rideThrough(
  Array.from({ length: 31 }, (_, i) => [i % 2 ? 750 : 50, 50 + 100 * (Math.floor((i + 1) / 2) % 4)]),
).map((fix, s) => ({ ...fix, lat: fix.lat + scatterM(s, 1) * 1e-5, lon: fix.lon + scatterM(s, 2) * 1e-5 }))

async function openDesk(folder: string, catalogue?: string) {
  const registers = openRegisters(folder)
  const store = await openTrackStore({ kind: 'sqlite' }, folder)
  const desk = openPatrolDesk({
    config: { data: folder, catalogue, retention: {} },
    registers,
    presence: new PresenceRegister(),
    store,
    live: { publish() {} },
    log: silentLog(),
  })
  const server = await startHttpServer({
    host: '127.0.0.1',
    port: 0,
    page: {},
    root: [],
    api: desk.routes,
    log: silentLog(),
  })
  let isOpen = true
  async function close(): Promise<void> {
    if (!isOpen) return
    isOpen = false
    await server.close()
    await desk.close()
    await store.close()
    registers.close()
  }
  onTestFinished(close)
  const ask = async (path: string): Promise<unknown> => (await fetch(`${server.url}/api/v1${path}`)).json()
  return {
    desk,
    registers,
    close,
    /** As the intake does. */
    async keep(device: string, fixes: Fix[]): Promise<void> {
      await store.write({ fixes: [{ device, fixes }], readings: [] })
      desk.stored(device, fixes)
    },
    report: async (id: string) => ShiftReport.parse(await ask(`/shifts/${id}/report`)),
    track: () => store.readTrack('bike-1', SHIFT.fromMs, SHIFT.toMs),
    hasFigures: async (): Promise<boolean> =>
      Shifts.parse(await ask(`/shifts?${RANGE}`)).shifts[0]?.figures !== undefined,
  }
}

function importDistrict({ grids, streets, components }: Awaited<ReturnType<typeof openDesk>>['registers']) {
  const made = madeRegisters()
  const entry = (code: string, feature: object) => ({ code, json: JSON.stringify(feature) })
  grids.put(made.grids.map((grid) => entry(grid.properties.code, grid)))
  streets.put(made.streets.map((street) => entry(street.properties.id, street)))
  components.put(
    made.components.map((one) => ({ ...entry(one.properties.code, one), grid: one.properties.grid })),
  )
}

test('a report from a track that is read once, in parts: the same as of the whole track', async () => {
  const { desk, registers, keep, report, track } = await openDesk(testFolder())
  importDistrict(registers)
  await keep('bike-1', RIDE)
  const { shift } = desk.plan.put({ ...SHIFT, breaks: [] })
  const ground = madeDistrict()
  const whole = await track()
  expect(whole.count).toBeGreaterThan(4000)
  const survey = new ShiftSurvey(ground, shift)
  survey.add(whole)
  const examined = examineShift(
    { shift, track: whole, area: ground.area(shift.grids), nowMs: Date.now() },
    loadShiftChecks(),
  )
  expect(await report(shift.id)).toEqual({ ...examined, coverage: survey.figures() })
  expect(Object.keys(survey.figures()).sort()).toEqual(['area', 'components', 'road', 'visits'])
})

test('figures of a list hold over a restart, until fixes, beat, registers or rules are others', async () => {
  const folder = testFolder()
  const first = await openDesk(folder)
  importDistrict(first.registers)
  await first.keep('bike-1', RIDE.slice(0, 3000))
  first.desk.plan.putBeat({ id: 'west', grids: ['310101001001001'] })
  const { id } = first.desk.plan.put({ ...SHIFT, grids: undefined, beat: 'west', breaks: [] }).shift
  expect(await first.hasFigures()).toBe(false)
  await first.report(id)
  expect(await first.hasFigures()).toBe(true)
  await first.close()

  const again = await openDesk(folder)
  expect(await again.hasFigures()).toBe(true)
  const changes: [string, () => unknown][] = [
    ['late fixes', () => again.keep('bike-1', RIDE.slice(3000))],
    ['fixes that another worker stores', () => again.desk.heard('bike-1', RIDE.slice(0, 1))],
    ['the beat', () => again.desk.plan.putBeat({ id: 'west', grids: ['310101001001'] })],
    ['registers', () => importDistrict(again.registers)],
  ]
  for (const [what, change] of changes) {
    await change()
    expect(await again.hasFigures(), what).toBe(false)
    await again.report(id)
    expect(await again.hasFigures(), what).toBe(true)
  }
  await again.close()

  const catalogue = testFolder()
  copyFileSync(ownOrShipped('patrol-rules.yaml'), join(catalogue, 'patrol-rules.yaml'))
  const sameRules = await openDesk(folder, catalogue)
  expect(await sameRules.hasFigures()).toBe(true)
  await sameRules.close()
  const checks = readFileSync(ownOrShipped('shift-checks.yaml'), 'utf8')
  writeFileSync(join(catalogue, 'shift-checks.yaml'), checks.replace(/limitKmh: \d+/, 'limitKmh: 12'))
  const stricter = await openDesk(folder, catalogue)
  expect(await stricter.hasFigures()).toBe(false)
  const { findings } = await stricter.report(id)
  expect(findings.map(({ kind }) => kind)).toContain('speeding')
  expect(await stricter.hasFigures()).toBe(true)
})
