import { describe, expect, test } from 'vitest'
import type { OutboxRecord } from '../../../gateway/edge/outbox/outbox.ts'
import { InFlight, WINDOW, WINDOW_BYTES } from '../../../gateway/edge/uplink/in-flight.ts'
import type { Lane } from '../../../proto/domain.ts'

const record = (sequence: number, lane: Lane = 'fix', boot = '00000000000a'): OutboxRecord => ({
  boot,
  sequence,
  lane,
  body: new Uint8Array(100),
})
const sent = (flights: InFlight, one: OutboxRecord, nowMs = 0, bytes = 100) =>
  flights.sent(one, { bytes, droppedFixes: 0 }, nowMs)

describe('in flight', () => {
  test('the same number of two boots is two records', () => {
    const flights = new InFlight()
    sent(flights, record(1))
    expect(flights.mayGo(record(1), 0)).toBe(false)
    expect(flights.mayGo(record(1, 'fix', '00000000000b'), 0)).toBe(true)
    expect(flights.receipted(record(1, 'fix', '00000000000b'), 0)).toBeUndefined()
    expect(flights.receipted(record(1), 0)).toMatchObject({ sequence: 1, tries: 1 })
  })

  test('a second receipt, and one for what was never sent, are nothing', () => {
    const flights = new InFlight()
    sent(flights, record(1))
    expect(flights.receipted(record(1), 0)).toBeDefined()
    expect(flights.receipted(record(1), 0)).toBeUndefined()
    expect(flights.receipted(record(2), 0)).toBeUndefined()
  })

  test('cases and health have a window of their own', () => {
    const flights = new InFlight()
    for (let i = 0; i < WINDOW; i++) sent(flights, record(i), 0, 1024)
    expect(flights.room('photo')).toEqual({ records: 0, bytes: 0 })
    expect(flights.room('case')).toEqual({ records: WINDOW, bytes: WINDOW_BYTES })
    sent(flights, record(1000, 'case'))
    expect(flights.room('health')).toEqual({ records: WINDOW - 1, bytes: WINDOW_BYTES - 100 })
    expect(flights.known('fix')).toEqual({ records: WINDOW, bytes: WINDOW_BYTES })
    flights.receipted(record(0), 0)
    expect(flights.room('fix')).toEqual({ records: 1, bytes: 1024 })
  })

  test('no receipt after the acknowledgement: again after 15 s, then after twice as long each time, to 15 min', () => {
    const flights = new InFlight()
    let nowMs = 0
    const waits: number[] = []
    for (let i = 0; i < 9; i++) {
      const flight = sent(flights, record(1), nowMs)
      flights.acknowledged(flight, nowMs)
      const sentMs = nowMs
      while (!flights.mayGo(record(1), nowMs)) {
        nowMs += 1000
        flights.look(nowMs)
      }
      waits.push((nowMs - sentMs) / 1000)
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 480, 900, 900, 900])
  })

  test('what is late keeps no place of the window; what the broker has not acknowledged does', () => {
    const flights = new InFlight()
    flights.acknowledged(sent(flights, record(1)), 0)
    sent(flights, record(2), 500)
    flights.look(20_000)
    expect(flights.room('fix').records).toBe(WINDOW - 1)
    expect(flights.mayGo(record(2), 1e9)).toBe(false)
    expect(flights.unacknowledgedSinceMs()).toBe(500)
  })

  test('a lane of which very many are late is not tried further, the others are', () => {
    const flights = new InFlight()
    for (let i = 0; i < 11; i++) flights.acknowledged(sent(flights, record(i, 'photo'), 0, 48 * 1024), 0)
    flights.look(15_000)
    expect(flights.mayGo(record(99, 'photo'), 15_000)).toBe(false)
    expect(flights.mayGo(record(99, 'fix'), 15_000)).toBe(true)
    // Those that are known go on being tried.
    expect(flights.mayGo(record(3, 'photo'), 15_000)).toBe(true)
    flights.disconnected()
    expect(flights.mayGo(record(99, 'photo'), 15_000)).toBe(true)
  })

  test('what is receipted is not sent again while the outbox deletes it, over a new connection neither', () => {
    const flights = new InFlight()
    sent(flights, record(1))
    sent(flights, record(2))
    flights.receipted(record(1), 0)
    flights.disconnected()
    expect([1, 2].map((sequence) => flights.mayGo(record(sequence), 0))).toEqual([false, true])
    // The outbox still has it.
    expect(flights.settle((records) => records, 1000)).toEqual([])
    expect(flights.settle((records) => records, 15_000)).toEqual([expect.objectContaining({ sequence: 1 })])
    expect(flights.mayGo(record(1), 20_000)).toBe(false)
    expect(flights.settle(() => [], 21_000)).toEqual([])
    expect(flights.isKnown(record(1))).toBe(false)
  })

  test('to see whether the hub is there: what was not sent yet, then what was sent longest ago', () => {
    const flights = new InFlight()
    const records = [record(1), record(2), record(3)]
    expect(flights.probeOf(records)).toEqual(record(1))
    for (const [sequence, ms] of [
      [1, 30],
      [2, 10],
    ] as const)
      flights.acknowledged(sent(flights, record(sequence), ms), 50)
    expect(flights.probeOf(records)).toEqual(record(3))
    sent(flights, record(3), 5)
    expect(flights.probeOf(records)).toEqual(record(2))
    flights.receipted(record(2), 60)
    expect(flights.probeOf(records)).toEqual(record(1))
    expect(flights.probeOf([])).toBeUndefined()
  })

  test('when the hub is back, what is late goes at once; its tries are remembered', () => {
    const flights = new InFlight()
    flights.acknowledged(sent(flights, record(1)), 0)
    flights.look(15_000)
    flights.acknowledged(sent(flights, record(1), 15_000), 15_000)
    flights.look(31_000)
    expect(flights.mayGo(record(1), 31_000)).toBe(false)
    flights.hubIsBack(32_000)
    expect(flights.mayGo(record(1), 32_000)).toBe(true)
    expect(sent(flights, record(1), 32_000).tries).toBe(3)
  })
})
