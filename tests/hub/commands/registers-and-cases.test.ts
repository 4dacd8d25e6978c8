import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caseCommand, casesCommand } from '../../../gateway/commands/cases.ts'
import { importCommand } from '../../../gateway/commands/import.ts'
import { Ledger } from '../../../gateway/hub/ledger/ledger.ts'
import { Photos } from '../../../gateway/hub/ledger/photos.ts'
import { Cases, CaseWithSteps } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'
import { COVER, caseReport, handReport, PNG, photoParts } from '../gateway-messages.ts'
import { type Outcome, runCommand } from './run-command.ts'

const gridpatrol = (...args: string[]): Promise<Outcome> =>
  runCommand([importCommand(), casesCommand(), caseCommand()], args)

function file(folder: string, name: string, content: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const component = (code: string) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [121.47, 31.23] },
  properties: { code, name: '上水井盖 1', grid: '310101001001001' },
})
const collection = (...features: unknown[]) => ({ type: 'FeatureCollection', features })

test('import lists rejects and keeps the rest; where nothing is kept it fails', async () => {
  const folder = testFolder()
  const data = join(folder, 'hub')
  const mixed = file(folder, 'mixed.geojson', collection(component(COVER), component('12')))
  expect(await gridpatrol('import', 'components', mixed, '--data', data)).toEqual({
    code: 0,
    stdout: `${mixed}: 1 components added, 0 replaced, 1 rejected\n`,
    stderr: `${mixed}: features[1]: properties.code: expected a component code of 16 digits\n`,
  })
  const config = file(folder, 'hub.yaml', `hub: { data: ${JSON.stringify(data)} }`)
  const again = await gridpatrol('import', 'components', mixed, '--config', config)
  expect(again.stdout).toContain('0 components added, 1 replaced, 1 rejected')
  const bad = file(folder, 'bad.geojson', collection(component('12')))
  expect(await gridpatrol('import', 'components', bad, '--data', data)).toMatchObject({ code: 1 })
})

test.each([
  ['no JSON', 'hello', /no JSON/],
  ['no collection', '{"type":"Point"}', /expected a GeoJSON FeatureCollection/],
])('a file that is %s is refused', async (_name, content, message) => {
  const folder = testFolder()
  const path = file(folder, 'x.geojson', content)
  const { code, stderr } = await gridpatrol('import', 'grids', path, '--data', folder)
  expect(code).toBe(1)
  expect(stderr).toContain(path)
  expect(stderr).toMatch(message)
})

test('without a data folder it says what is missing', async () => {
  const { code, stderr } = await gridpatrol('import', 'grids', 'x.geojson')
  expect(code).toBe(2)
  expect(stderr).toContain('expected --data DIR')
})

test('cases and case show the ledger, with names of the register', async () => {
  const folder = testFolder()
  const data = join(folder, 'hub')
  mkdirSync(data)
  await gridpatrol(
    'import',
    'components',
    file(folder, 'c.geojson', collection(component(COVER))),
    '--data',
    data,
  )
  const ledger = new Ledger(data)
  const closed = { caseId: '0mo7xu801-0a1b2c3d4e' }
  ledger.apply([
    { gateway: 'roadside-01', report: caseReport('raised', 1) },
    { gateway: 'roadside-01', report: caseReport('raised', 1, closed) },
    { gateway: 'roadside-01', report: caseReport('cleared', 2, closed) },
  ])
  ledger.close()
  const all = await gridpatrol('cases', '--data', data)
  expect(all.stdout.trimEnd().split('\n')).toHaveLength(2)
  expect(all.stdout).toContain('井盖倾斜')
  expect(all.stdout).toContain('上水井盖 1')
  const open = Cases.parse(JSON.parse((await gridpatrol('cases', '--open', '--json', '--data', data)).stdout))
  expect(open.cases).toMatchObject([{ id: caseReport('raised', 1).caseId, grid: '310101001001001' }])
  const one = await gridpatrol('case', closed.caseId, '--data', data)
  expect(one.stdout).toMatch(/raised {2}.*tilt_deg 24\.5/)
  expect(one.stdout).toMatch(/cleared {2}by roadside-01 {2}tilt_deg 2 \(cover_tilted\/1: raise 15, clear 8\)/)
  const json = await gridpatrol('case', closed.caseId, '--json', '--data', data)
  expect(CaseWithSteps.parse(JSON.parse(json.stdout)).steps).toHaveLength(2)
  const missing = await gridpatrol('case', '0mo7xu809-0a1b2c3d4e', '--data', data)
  expect(missing).toMatchObject({ code: 1, stdout: '' })
  expect(missing.stderr).toContain('not in the ledger')
  expect((await gridpatrol('cases', '--data', join(folder, 'none'))).stderr).toContain('no ledger there')
})

test('cases by hand: where they are, who wrote what, and how many photos came', async () => {
  const data = testFolder()
  const ledger = new Ledger(data)
  const photos = new Photos(data)
  const report = handReport({ note: '两袋垃圾\n堵住人行道' })
  const bare = handReport({ note: '', photos: 0 }, { caseId: '0mo7xu801-5f6a7b8c9d', component: COVER })
  const { position, ...lost } = handReport({}, { caseId: '0mo7xu802-5f6a7b8c9d' })
  ledger.apply([report, bare, lost].map((each) => ({ gateway: 'ebike-01', report: each })))
  photos.addAll(() => photos.add('ebike-01', photoParts(PNG, 1)[0]!, true, Date.now()))
  photos.close()
  ledger.close()
  const all = (await gridpatrol('cases', '--data', data)).stdout
  expect(all).toContain('exposed_rubbish 暴露垃圾 (by hand)  31.23010,121.47050\n')
  expect(all).toContain(`(by hand)  ${COVER}\n`)
  expect(all).toContain('(by hand)  no position\n')
  const one = await gridpatrol('case', report.caseId, '--data', data)
  expect(one.stdout.split('\n').slice(1)).toEqual([
    '  reported by 王 at ebike-01; photos here: 1 of 2',
    '  | 两袋垃圾',
    '  | 堵住人行道',
    '  2026-05-01T00:01:00.000Z  raised   by ebike-01',
    '',
  ])
  const json = await gridpatrol('cases', '--json', '--data', data)
  expect(Cases.parse(JSON.parse(json.stdout)).cases).toHaveLength(3)
})
