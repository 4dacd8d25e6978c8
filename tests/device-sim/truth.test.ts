import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RideTruthWriter, stepTruth, TruthLog } from '../../device-sim/truth.ts'

const folder = mkdtempSync(join(tmpdir(), 'truth-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const linesOf = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

it('appends one JSON object a line, with the folder made', async () => {
  const path = join(folder, 'deep', 'truth.jsonl')
  for (const timeMs of [1, 2]) {
    const log = new TruthLog(path)
    log.write(stepTruth('3101010101000001', timeMs, { atS: 0, what: 'tilt', deg: 24 }))
    log.write(stepTruth('3101010101000001', timeMs, { atS: 0, what: 'tilt', deg: 0 }))
    log.write(stepTruth('3101010118000001', timeMs, { atS: 0, what: 'lamp-dies' }))
    await log.close()
  }
  expect(linesOf(path)).toEqual(
    [1, 2].flatMap((timeMs) => [
      { component: '3101010101000001', timeMs, what: 'tilt-begins', deg: 24 },
      { component: '3101010101000001', timeMs, what: 'tilt-ends' },
      { component: '3101010118000001', timeMs, what: 'lamp-dies' },
    ]),
  )
})

it('says where fixes stop and come back', async () => {
  const path = join(folder, 'ride.jsonl')
  const log = new TruthLog(path)
  const writer = new RideTruthWriter(log, 'ebike-01')
  const place = { lat: 31, lon: 121, speedMps: 4, courseDeg: 90, onStreet: 'street-001' }
  const gaps = ['no-fix', undefined, 'no-power', 'no-fix', undefined] as const
  for (const [second, gap] of gaps.entries())
    writer.write({ timeMs: second * 1000, ...place, ...(gap && { gap }) })
  await log.close()
  expect(linesOf(path).map(({ timeMs, what }) => `${timeMs} ${what}`)).toEqual([
    '0 void-begins',
    '0 position',
    '1000 void-ends',
    '1000 position',
    '2000 power-lost',
    '2000 position',
    '3000 power-back',
    '3000 void-begins',
    '3000 position',
    '4000 void-ends',
    '4000 position',
  ])
  expect(linesOf(path)[1]).toEqual({
    device: 'ebike-01',
    what: 'position',
    timeMs: 0,
    ...place,
    gap: 'no-fix',
  })
})

it('tells on close that the file could not be written', async () => {
  const log = new TruthLog(folder)
  log.write({ device: 'ebike-01', timeMs: 1, what: 'power-lost' })
  await expect(log.close()).rejects.toThrow('EISDIR')
})
