import { expect, onTestFinished, test } from 'vitest'
import { silentLog } from '../../../gateway/foundation/log.ts'
import { Announcer } from '../../../gateway/hub/ledger/announcer.ts'
import { caseJson } from '../../../gateway/hub/ledger/case-json.ts'
import { Ledger } from '../../../gateway/hub/ledger/ledger.ts'
import { faultNames } from '../../../proto/catalogue/catalogue.ts'
import type { CaseReport } from '../../../proto/domain.ts'
import { Case } from '../../../proto/http.ts'
import { testFolder } from '../../test-folder.ts'
import { eventually } from '../eventually.ts'
import { caseReport, handReport } from '../gateway-messages.ts'

interface Published {
  id: string
  json: string
  retain: boolean
}

function start(folder = testFolder()) {
  const ledger = new Ledger(folder)
  const published: Published[] = []
  const broker = { away: false, tries: 0 }
  const announcer = new Announcer({
    ledger,
    toJson: (entry) =>
      caseJson(entry, {
        faultNames,
        findComponent: () => undefined,
        gridAt: () => undefined,
        photosHere: ({ photosHere }) => Array.from({ length: photosHere }, (_, i) => i + 1),
      }),
    async publish(id, json, retain) {
      broker.tries++
      if (broker.away) throw new Error('not connected')
      published.push({ id, json, retain })
    },
    log: silentLog(),
  })
  announcer.start()
  onTestFinished(async () => {
    await announcer.stop()
    ledger.close()
  })
  const apply = (report: CaseReport): void => {
    ledger.apply([{ gateway: 'roadside-01', report }])
    announcer.wake()
  }
  /** `open` or `cleared` of each message, `-` for an empty one; `!` where retained. */
  const said = (): string[] =>
    published.map(({ json, retain }) => {
      const what = json === '' ? '-' : Case.parse(JSON.parse(json)).status
      return `${what}${retain ? '!' : ''}`
    })
  return { ledger, announcer, broker, apply, said, published }
}

test('an open case is retained; its end is told and then the retained one is taken away', async () => {
  const { apply, said, published } = start()
  apply(caseReport('raised', 1))
  await eventually(() => expect(said()).toEqual(['reported!']))
  apply(caseReport('updated', 2))
  await eventually(() => expect(said()).toEqual(['reported!', 'reported!']))
  apply(caseReport('cleared', 3))
  await eventually(() => expect(said().slice(2)).toEqual(['cleared', '-!']))
  expect(Case.parse(JSON.parse(published[2]!.json))).toMatchObject({
    open: false,
    gateway: 'roadside-01',
    faultName: { zh: '井盖倾斜', en: 'Cover tilted' },
    cleared: '2026-05-01T00:03:00.000Z',
    evidence: { samples: [{ time: '2026-05-01T00:03:00.000Z', value: 2 }] },
  })
  apply(caseReport('updated', 2))
  apply(caseReport('raised', 1, { caseId: '0mo7xu801-0a1b2c3d4e' }))
  await eventually(() => expect(said().slice(4)).toEqual(['reported!']))
})

test('a closing that the broker missed is told when it is back', async () => {
  const { apply, said, broker, announcer } = start()
  apply(caseReport('raised', 1))
  await eventually(() => expect(said()).toEqual(['reported!']))
  broker.away = true
  apply(caseReport('cleared', 2))
  await eventually(() => expect(broker.tries).toBe(2))
  broker.away = false
  announcer.republish()
  await eventually(() => expect(said()).toEqual(['reported!', 'cleared', '-!']))
})

test('open cases go out again for a broker that forgot them, closed ones do not', async () => {
  const { apply, said, announcer, ledger } = start()
  apply(caseReport('raised', 1))
  apply(caseReport('cleared', 1, { caseId: '0mo7xu801-0a1b2c3d4e' }))
  await eventually(() => expect(ledger.unannounced(10)).toEqual([]))
  const before = said().length
  announcer.republish()
  await eventually(() => expect(said().slice(before)).toEqual(['reported!']))
})

test('a photo that has come is told, also where it comes while the case is being published', async () => {
  const { apply, published, ledger, announcer } = start()
  apply(handReport())
  await eventually(() => expect(published).toHaveLength(1))
  expect(ledger.notePhotos(handReport().caseId, 1)).toBe(true)
  expect(ledger.notePhotos(handReport().caseId, 1)).toBe(false)
  // As read before the photo came, and told afterwards: the photo is still news.
  const [before] = ledger.unannounced(1)
  ledger.notePhotos(handReport().caseId, 2)
  ledger.announced([before!])
  expect(ledger.unannounced(1)).toHaveLength(1)
  announcer.wake()
  await eventually(() => expect(ledger.unannounced(1)).toEqual([]))
  const last = Case.parse(JSON.parse(published.at(-1)!.json))
  expect(last).toMatchObject({ open: true, source: 'inspector', manual: { photos: 2, photosHere: [1, 2] } })
  expect(last).not.toHaveProperty('component')
  expect(last).not.toHaveProperty('evidence')
})

test('what was not told before a stop is told after the next start', async () => {
  const folder = testFolder()
  const ledger = new Ledger(folder)
  ledger.apply([{ gateway: 'roadside-01', report: caseReport('cleared', 2) }])
  ledger.close()
  const { said } = start(folder)
  await eventually(() => expect(said()).toEqual(['cleared', '-!']))
})
