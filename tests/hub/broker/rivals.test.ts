import { describe, expect, test } from 'vitest'
import { ReturningBoots, Rivals } from '../../../gateway/hub/broker/rivals.ts'

const LIMITS = { takeOvers: 3, windowMs: 1000, holdMs: 5000 }
const boots = (holder?: string, newcomer?: string) => ({ holder, newcomer })

describe('take-overs', () => {
  test.each<[string, [number, string?, string?][], boolean[]]>([
    [
      'three within the window',
      [
        [0, 'a', 'b'],
        [100, 'b', 'a'],
        [200, 'a', 'b'],
      ],
      [false, false, true],
    ],
    [
      'three over a longer time',
      [
        [0, 'a', 'b'],
        [900, 'b', 'c'],
        [1800, 'c', 'd'],
      ],
      [false, false, false],
    ],
    [
      'of the same boot',
      [
        [0, 'a', 'a'],
        [1, 'a', 'a'],
        [2, 'a', 'a'],
        [3, 'a', 'a'],
      ],
      [false, false, false, false],
    ],
    ['of unknown boots', [[0], [1], [2, 'a'], [3, undefined, 'a']], [false, false, true, true]],
    [
      'while contested',
      [
        [0, 'a', 'b'],
        [1, 'b', 'a'],
        [2, 'a', 'b'],
        [4000, 'a', 'b'],
        [8000, 'a', 'b'],
        [14_000, 'a', 'b'],
      ],
      [false, false, true, true, true, false],
    ],
  ])('%s', (_name, takeOvers, expected) => {
    const rivals = new Rivals(LIMITS)
    expect(takeOvers.map(([ms, ...who]) => rivals.takesOver('x', boots(...who), ms))).toEqual(expected)
  })

  test('the alarm ends when the other one has not been there for a while', () => {
    const rivals = new Rivals(LIMITS)
    for (let ms = 0; ms < 3; ms++) rivals.takesOver('x', boots(), ms)
    expect([rivals.contested(2), rivals.contested(5001), rivals.contested(5002)]).toEqual([['x'], ['x'], []])
  })

  test('ids of the past do not gather', () => {
    const rivals = new Rivals(LIMITS)
    for (let ms = 0; ms < 5000; ms++) for (let i = 0; i < 3; i++) rivals.takesOver(`id-${ms}`, boots(), ms)
    expect(rivals.contested(5000).length).toBeGreaterThan(4990)
    rivals.takesOver('late', boots(), 60_000)
    expect(rivals.contested(60_000)).toEqual([])
  })
})

describe('boots seen at an existing broker', () => {
  test.each<[string, string[], boolean]>([
    ['one gateway', ['a', 'a', 'a'], false],
    ['started again and again', ['a', 'b', 'c', 'd', 'e', 'f'], false],
    ['one late message of the past', ['a', 'b', 'a', 'a'], false],
    ['two that push each other out', ['a', 'b', 'a', 'b'], true],
  ])('%s', (_name, seen, contested) => {
    const returning = new ReturningBoots()
    seen.forEach((boot, i) => {
      returning.note('x', boot, i)
    })
    expect(returning.contested(10)).toEqual(contested ? ['x'] : [])
    expect(returning.contested(400_000)).toEqual([])
  })
})
