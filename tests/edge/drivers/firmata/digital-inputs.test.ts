import { describe, test } from 'vitest'
import { MEGA } from '../../../../device-sim/hardware/firmata-models.ts'
import { boardLine, eventually } from './board-line.ts'

describe.concurrent('digital inputs of a board', () => {
  test('contacts with and without pull-up, as they are wired', async ({ expect, onTestFinished: onEnd }) => {
    const contacts = new Map<number, 0 | 1>([[4, 1]])
    const line = boardLine({
      board: { digital: (pin) => contacts.get(pin) },
      sensors: [
        // A contact to ground: closed is 0, open is held at 1.
        { metric: 'door_open', channel: 'D7', pullUp: true },
        { metric: 'door_closed', channel: 'D7', pullUp: true, invert: true },
        // An electronic switch of its own level.
        { metric: 'cover_open', channel: 'D4' },
        // On another port of the board.
        { metric: 'lid_open', channel: 'D12', pullUp: true },
      ],
      onEnd,
    })
    await eventually(() => expect(new Set(line.values.map(({ metric }) => metric)).size).toBe(4))
    expect(['door_open', 'door_closed', 'cover_open', 'lid_open'].map(line.newest)).toEqual([1, 0, 1, 1])
    contacts.set(7, 0)
    contacts.set(4, 0)
    await eventually(() => expect(line.newest('door_open')).toBe(0))
    await eventually(() => expect(line.newest('cover_open')).toBe(0))
    expect(line.newest('door_closed')).toBe(1)
    expect(line.newest('lid_open')).toBe(1)
  })

  test('one that does not change is heard of every few seconds, by the word of the board', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    const line = boardLine({ sensors: [{ metric: 'door_open', channel: 'D7', pullUp: true }], onEnd })
    await eventually(() => expect(line.valuesOf('door_open').length).toBeGreaterThanOrEqual(4))
    expect(new Set(line.valuesOf('door_open'))).toEqual(new Set([1]))
    line.board.stop()
    const before = line.values.length
    await new Promise((resolve) => setTimeout(resolve, 5000))
    expect(line.values.length - before).toBeLessThanOrEqual(1)
  })

  test('contact bounce does not flood, and what came of it is told', async ({
    expect,
    onTestFinished: onEnd,
  }) => {
    let level: 0 | 1 = 0
    const line = boardLine({
      board: { digital: () => level },
      sensors: [{ metric: 'door_open', channel: 'D7' }],
      onEnd,
    })
    await eventually(() => expect(line.newest('door_open')).toBe(0))
    const before = line.values.length
    for (let i = 0; i < 401; i++) {
      level = level === 0 ? 1 : 0
      line.board.scanInputs()
    }
    await eventually(() => expect(line.count('bounces')).toBeGreaterThan(300))
    await eventually(() => expect(line.newest('door_open')).toBe(1))
    expect(line.values.length - before).toBeLessThan(20)
  })

  test('the last pins of a big board', async ({ expect, onTestFinished: onEnd }) => {
    const line = boardLine({
      board: { model: MEGA, digital: (pin) => (pin === 53 ? 1 : undefined) },
      sensors: [
        { metric: 'door_open', channel: 'D53' },
        { metric: 'cover_open', channel: 'D69' },
      ],
      onEnd,
    })
    await eventually(() => expect(line.newest('door_open')).toBe(1))
    await eventually(() => expect(line.newest('cover_open')).toBe(0))
  })
})
