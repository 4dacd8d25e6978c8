import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { PatrolPlan, type PlannedShift } from '../../../../gateway/hub/patrol/shifts/patrol-plan.ts'
import { shiftId } from '../../../../gateway/hub/patrol/shifts/shift-id.ts'
import { testFolder } from '../../../test-folder.ts'
import { START_MS } from '../made-track.ts'

const HOUR_MS = 3_600_000
let folder: string
let plan: PatrolPlan
beforeEach(() => {
  folder = testFolder()
  plan = new PatrolPlan(folder)
  onTestFinished(() => plan.close())
})

const shift = (fromH: number, toH: number, more: Partial<PlannedShift> = {}): PlannedShift => ({
  device: 'bike-1',
  grids: ['310101'],
  fromMs: START_MS + fromH * HOUR_MS,
  toMs: START_MS + toH * HOUR_MS,
  breaks: [],
  ...more,
})
const rest = (fromH: number, toH: number) => ({
  fromMs: START_MS + fromH * HOUR_MS,
  toMs: START_MS + toH * HOUR_MS,
})

describe('shifts', () => {
  test('come back as they were planned, breaks in order', () => {
    const { shift: kept, outcome } = plan.put(
      shift(0, 9, { inspector: '王芳', breaks: [rest(7, 8), rest(4, 5.5)] }),
    )
    expect(outcome).toBe('added')
    expect(kept).toEqual({
      id: shiftId('bike-1', START_MS),
      device: 'bike-1',
      inspector: '王芳',
      grids: ['310101'],
      fromMs: START_MS,
      toMs: START_MS + 9 * HOUR_MS,
      breaks: [rest(4, 5.5), rest(7, 8)],
    })
    expect(plan.find(kept.id)).toEqual(kept)
  })

  test('the same again changes nothing; another end replaces', () => {
    const { shift: kept } = plan.put(shift(0, 8))
    expect(plan.put(shift(0, 8))).toEqual({ shift: kept, outcome: 'unchanged' })
    const { shift: longer, outcome } = plan.put(shift(0, 9))
    expect([longer.id, outcome]).toEqual([kept.id, 'replaced'])
  })

  test('ids sort by time and stay readable in an address', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(4e12), fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/), (a, b, device) => {
        expect(shiftId(device, a)).toMatch(/^[0-9a-z]{9}-[0-9a-z]{10}$/)
        expect(shiftId(device, a) < shiftId(device, b)).toBe(a < b)
      }),
    )
  })

  test('overlapping shifts of one device are refused, with which', () => {
    const { shift: first } = plan.put(shift(0, 8))
    expect(() => plan.put(shift(7, 9))).toThrow(
      `bike-1 from 2026-05-01T07:00:00.000Z to 2026-05-01T09:00:00.000Z overlaps shift ${first.id} of 2026-05-01T00:00:00.000Z to 2026-05-01T08:00:00.000Z`,
    )
    expect(plan.put(shift(8, 9)).outcome).toBe('added')
    expect(plan.put(shift(7, 9, { device: 'bike-2' })).outcome).toBe('added')
    expect(() => plan.put(shift(0, 9))).toThrow('overlaps')
  })

  test.each<[string, PlannedShift, RegExp]>([
    ['ends before it begins', shift(8, 0), /is not before to/],
    ['25 hours', shift(0, 25), /is 25\.0 h, expected at most 24 h/],
    ['a break outside', shift(0, 8, { breaks: [rest(7, 9)] }), /break .* expected inside the shift/],
    ['a break that ends before it begins', shift(0, 8, { breaks: [rest(5, 4)] }), /break/],
    ['no grids', shift(0, 8, { grids: [] }), /exactly one of beat and grids/],
    ['beat and grids', shift(0, 8, { beat: 'east' }), /exactly one of beat and grids/],
    [
      'a beat that is not there',
      shift(0, 8, { beat: 'east', grids: undefined }),
      /beat east: not in the plan; there are no beats yet/,
    ],
  ])('%s: refused', (_, planned, message) => {
    expect(() => plan.put(planned)).toThrow(message)
    expect(plan.between(0, 4e12)).toEqual([])
  })

  test('of several those that fit are kept', () => {
    const outcomes = plan.putAll([shift(0, 8), shift(7, 9), shift(9, 10), shift(0, 8)])
    expect(outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.why))).toEqual([
      'added',
      'overlap',
      'added',
      'unchanged',
    ])
  })

  test('of(), at() and between() find what has a part in the range', () => {
    plan.put(shift(0, 8))
    plan.put(shift(10, 34))
    plan.put(shift(0, 8, { device: 'bike-2' }))
    const found = (fromH: number, toH: number) =>
      plan
        .of('bike-1', START_MS + fromH * HOUR_MS, START_MS + toH * HOUR_MS)
        .map(({ fromMs }) => (fromMs - START_MS) / HOUR_MS)
    expect(found(-1, 0)).toEqual([])
    expect(found(7, 10)).toEqual([0])
    expect(found(7, 11)).toEqual([0, 10])
    expect(found(33.9, 40)).toEqual([10])
    expect(found(34, 40)).toEqual([])
    expect(plan.at('bike-1', START_MS)?.toMs).toBe(START_MS + 8 * HOUR_MS)
    expect(plan.at('bike-1', START_MS + 8 * HOUR_MS)).toBeUndefined()
    expect(plan.between(START_MS, START_MS + 1).map(({ device }) => device)).toEqual(['bike-1', 'bike-2'])
  })

  test('replace moves a shift, or leaves it where the new one does not fit', () => {
    const { shift: first } = plan.put(shift(0, 8))
    plan.put(shift(9, 10))
    const moved = plan.replace(first.id, shift(1, 8))
    expect(moved?.id).toBe(shiftId('bike-1', START_MS + HOUR_MS))
    expect(plan.find(first.id)).toBeUndefined()
    expect(() => plan.replace(moved!.id, shift(9, 10))).toThrow('overlaps')
    expect(plan.find(moved!.id)).toEqual(moved)
    expect(plan.replace('none', shift(20, 21))).toBeUndefined()
    expect(plan.delete(moved!.id)).toBe(true)
    expect(plan.delete(moved!.id)).toBe(false)
  })
})

describe('beats', () => {
  test('a shift has the grids of its beat, also when these change', () => {
    plan.putBeat({ id: 'east', name: '外滩东', grids: ['310101001'] })
    const { shift: kept } = plan.put(shift(0, 8, { beat: 'east', grids: undefined }))
    expect(kept).toMatchObject({ beat: 'east', grids: ['310101001'] })
    expect(plan.putBeat({ id: 'east', grids: ['310101002'] })).toBe('replaced')
    expect(plan.find(kept.id)!.grids).toEqual(['310101002'])
    expect(plan.beats()).toEqual([{ id: 'east', grids: ['310101002'] }])
    expect(plan.putBeat({ id: 'east', grids: ['310101002'] })).toBe('unchanged')
  })

  test('one in use stays', () => {
    plan.putBeat({ id: 'east', grids: ['310101001'] })
    const { shift: kept } = plan.put(shift(0, 8, { beat: 'east', grids: undefined }))
    expect(() => plan.deleteBeat('east')).toThrow(
      `beat east: 1 shifts are planned on it, ${kept.id} among them`,
    )
    plan.delete(kept.id)
    expect(plan.deleteBeat('east')).toBe(true)
    expect(plan.deleteBeat('east')).toBe(false)
  })
})

test('a second opening of the same folder sees the plan', () => {
  plan.put(shift(0, 8))
  const other = new PatrolPlan(folder)
  expect(other.between(START_MS, START_MS + 1)).toHaveLength(1)
  other.close()
})
