import { expect, test } from 'vitest'
import { CaseStory } from '../../../device-sim/load/case-story.ts'
import { Random } from '../../../device-sim/random.ts'
import { decodeBody, encodeBody } from '../../../proto/codec/codec.ts'

const story = (perHour = 60) =>
  new CaseStory({
    gateway: 'load-00001',
    component: '3101010101900000',
    position: { lat: 31.23, lon: 121.47 },
    perHour,
    random: new Random(1, 'load-00001'),
  })

test('cases follow each other: raised, updated perhaps, cleared, each revision one more', () => {
  const cases = story()
  const reports = Array.from({ length: 200 }, (_, i) => cases.next(1_780_000_000_000 + i * 5000))
  const byCase = Map.groupBy(reports, ({ caseId }) => caseId)
  expect(byCase.size).toBeGreaterThan(20)
  expect(cases.cases).toHaveLength(byCase.size)
  for (const [i, { id, revision, open }] of cases.cases.entries()) {
    const own = byCase.get(id)!
    expect(own.map((report) => report.revision)).toEqual(own.map((_, at) => at + 1))
    expect(own[0]).toMatchObject({ event: 'raised', episode: i + 1 })
    expect(own.slice(1, -1).every(({ event }) => event === 'updated')).toBe(true)
    expect(own.at(-1)).toMatchObject({ revision, raisedMs: own[0]!.timeMs })
    expect(own.at(-1)!.event !== 'cleared').toBe(open)
  }
  expect(cases.cases.slice(0, -1).every(({ open }) => !open)).toBe(true)
})

test('reports have a place on the wire', () => {
  const report = story().next(1_780_000_000_000)
  expect(decodeBody('case', encodeBody({ lane: 'case', report }))).toMatchObject({
    report: { caseId: report.caseId, event: 'raised' },
  })
})

test('without cases the wait has no end', () => {
  expect(story(0).waitMs()).toBe(Number.POSITIVE_INFINITY)
})
