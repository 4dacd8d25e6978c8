import { Duplex } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sentenceBytes } from '../../../../gateway/edge/drivers/receiver-setup/receiver-profile.ts'
import { PortSetup } from '../../../../gateway/edge/drivers/receiver-setup/receiver-setup.ts'
import { ReceiverSetup } from '../../../../gateway/edge/drivers/receiver-setup/receiver-setup-config.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const MTK = { profile: 'mtk', rateHz: 5, sentences: ['rmc', 'gga'] }
const RATE = 'PMTK220,200'
const OUTPUT = 'PMTK314,0,1,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0'

/** A line that takes what is written, or fails as it is told. */
class Line extends Duplex {
  fails: Error | undefined
  /** Takes no more: its writes do not come to an end. */
  stands = false
  readonly told: { atS: number; body: string }[] = []
  readonly #startMs = performance.now()

  override _read(): void {}

  override _write(chunk: Buffer, _: string, done: (error?: Error) => void): void {
    if (this.fails) {
      done(this.fails)
      return
    }
    const body = /\$(.*)\*/.exec(chunk.toString('latin1'))?.[1] ?? chunk.toString('hex')
    this.told.push({ atS: (performance.now() - this.#startMs) / 1000, body })
    if (!this.stands) done()
  }
}

function open(setup: PortSetup | undefined, line = new Line()) {
  const counters: Record<string, number> = {}
  line.on('error', () => {})
  const talk = setup!.begin({
    port: line,
    onSense() {},
    onFailure() {},
    count: (name, by = 1) => {
      counters[name] = (counters[name] ?? 0) + by
    },
  })
  /** The receiver writes. */
  const says = (...bodies: string[]): void => {
    for (const body of bodies) talk.push(sentenceBytes(body))
  }
  /** Seconds in which the receiver writes one sentence each, and answers what it was told if it is to. */
  const lives = async (seconds: number, answer?: (body: string) => string): Promise<void> => {
    for (let i = 0; i < seconds * 10; i++) {
      if (i % 10 === 0) says('GNRMC,080000.00,V,,,,,,,,,,N')
      const before = line.told.length
      await vi.advanceTimersByTimeAsync(100)
      if (answer) for (const { body } of line.told.slice(before)) says(answer(body))
    }
  }
  const bodies = (): string[] => line.told.map(({ body }) => body)
  return { line, talk, counters, says, lives, bodies }
}

const setupOf = (value: unknown): PortSetup | undefined => PortSetup.of(ReceiverSetup.parse(value))
const accepts = (body: string): string => `PMTK001,${body.slice(4, 7)},3`

test.each([
  ['no set-up', undefined],
  ['none', { profile: 'none' }],
  ['a profile without wishes', { profile: 'casic' }],
])('%s: nothing is told', (_, value) => {
  expect(PortSetup.of(value && ReceiverSetup.parse(value))).toBeUndefined()
})

test('a receiver is told a second behind its first sentence, one thing after the other', async () => {
  const { lives, line, counters } = open(setupOf(MTK))
  await vi.advanceTimersByTimeAsync(500)
  await lives(10, accepts)
  expect(line.told.map(({ body }) => body)).toEqual([RATE, OUTPUT])
  expect(line.told[0]!.atS).toBe(1.5)
  expect(counters).toEqual({ 'setup-sent': 2, 'setup-acknowledged': 2 })
})

test('a receiver that says nothing is told after three seconds, and again once it speaks', async () => {
  const { lives, bodies, line } = open(setupOf({ profile: 'casic', rateHz: 5 }))
  await vi.advanceTimersByTimeAsync(10_000)
  await lives(5)
  expect(bodies()).toEqual(['PCAS02,200', 'PCAS02,200'])
  expect(line.told.map(({ atS }) => atS)).toEqual([3, 11])
})

test('what is not answered is told three times, with growing waits; the rest all the same', async () => {
  const { lives, line, counters } = open(setupOf(MTK))
  await lives(60, (body) => (body === RATE ? 'GNVTG' : accepts(body)))
  expect(line.told.map(({ atS, body }) => [Math.round(atS * 10) / 10, body])).toEqual([
    [1, RATE],
    [2.5, RATE],
    [5.5, RATE],
    [11.7, OUTPUT],
  ])
  expect(counters).toEqual({ 'setup-sent': 4, 'setup-unanswered': 1, 'setup-acknowledged': 1 })
})

test('a receiver that answers nothing is told the rest once, and then left alone', async () => {
  const { lives, bodies, counters } = open(setupOf(MTK))
  await lives(600)
  expect(bodies()).toEqual([RATE, RATE, RATE, OUTPUT])
  expect(counters).toEqual({ 'setup-sent': 4, 'setup-unanswered': 2 })
})

test('a refusal is counted, and the rest goes on', async () => {
  const { lives, bodies, counters } = open(setupOf(MTK))
  await lives(10, (body) => (body === RATE ? 'PMTK001,220,2' : accepts(body)))
  expect(bodies()).toEqual([RATE, OUTPUT])
  expect(counters).toEqual({ 'setup-sent': 2, 'setup-refused': 1, 'setup-acknowledged': 1 })
})

test('answers to other questions, and answers out of time, count for nothing', async () => {
  const { lives, says, counters } = open(setupOf(MTK))
  says('PMTK001,220,3')
  await lives(3)
  says('PMTK001,605,3')
  await lives(1)
  expect(counters).toEqual({ 'setup-sent': 2 })
})

test('it is told again after a silence', async () => {
  const { lives, bodies, counters } = open(setupOf(MTK))
  await lives(100, accepts)
  await vi.advanceTimersByTimeAsync(8000)
  await lives(10, accepts)
  expect(bodies()).toEqual([RATE, OUTPUT, RATE, OUTPUT])
  expect(counters['setup-again']).toBe(1)
})

test('it is told again when it says that it has started, however much it says of it', async () => {
  const { lives, says, bodies, counters } = open(setupOf(MTK))
  await lives(100, accepts)
  says('PMTK011,MTKGPS', 'PMTK010,001')
  await lives(10, accepts)
  expect(bodies()).toEqual([RATE, OUTPUT, RATE, OUTPUT])
  expect(counters['setup-again']).toBe(1)
})

test('at most once a minute', async () => {
  const { lives, says, line } = open(setupOf({ profile: 'mtk', rateHz: 5 }))
  await lives(30, accepts)
  for (let i = 0; i < 200; i++) {
    says('PMTK010,001')
    await lives(1, accepts)
  }
  expect(line.told.map(({ atS }) => Math.round(atS))).toEqual([1, 61, 121, 181])
})

test('a start that the set-up has brought about does not bring about another one', async () => {
  const { lives, says, bodies } = open(
    setupOf({ profile: 'mtk', constellations: ['gps', 'beidou'], rateHz: 5 }),
  )
  const restarting = (body: string): string => {
    if (body.startsWith('PMTK353')) setTimeout(() => says('PMTK011,MTKGPS', 'PMTK010,001'), 1500)
    return accepts(body)
  }
  await lives(300, restarting)
  expect(bodies()).toEqual(['PMTK353,1,0,0,0,1', RATE])
  // One of its own is, later on.
  says('PMTK010,001')
  await lives(10, restarting)
  expect(bodies()).toHaveLength(4)
})

test('the receiver is left in peace while it starts anew', async () => {
  const { lives, line } = open(setupOf({ profile: 'unicore', constellations: ['gps'], rateHz: 5 }))
  await lives(10, () => 'OK')
  expect(line.told.map(({ body }) => body)).toEqual(['CFGSYS,h1', 'CFGNAV,200,200,1000'])
  expect(line.told[1]!.atS - line.told[0]!.atS).toBeGreaterThanOrEqual(2)
})

test('commands that are never answered follow each other with a pause', async () => {
  const { lives, line } = open(setupOf({ profile: 'casic', rateHz: 5, sentences: ['rmc'] }))
  await lives(5)
  expect(line.told.map(({ body }) => body)).toEqual(['PCAS02,200', 'PCAS03,0,0,0,0,1,0,0,,,,,,,0'])
  expect(line.told[1]!.atS - line.told[0]!.atS).toBeCloseTo(0.15)
})

test('a stopped talk says nothing more', async () => {
  const { talk, lives, bodies } = open(setupOf(MTK))
  await lives(1.5)
  talk.stop()
  await lives(30)
  expect(bodies()).toEqual([RATE])
})

test('a line that was closed meanwhile is not written to', async () => {
  const { line, lives, counters, bodies } = open(setupOf(MTK))
  await lives(0.5)
  line.destroy()
  await lives(30)
  expect(bodies()).toEqual([])
  expect(counters).toEqual({ 'setup-unwritten': 1 })
})

test('a line that takes no bytes gets no heap of them', async () => {
  const line = new Line()
  line.stands = true
  const { lives, says, counters } = open(setupOf({ profile: 'mtk', rateHz: 5, sentences: ['rmc'] }), line)
  for (let i = 0; i < 30; i++) {
    says('PMTK010,001')
    await lives(70)
  }
  expect(line.writableLength).toBeLessThan(1200)
  expect(counters['setup-unwritten']).toBeGreaterThan(0)
})

test('a line on which writing fails is left off for an hour after three failures, over its reopenings', async () => {
  const setup = setupOf({ profile: 'casic', rateHz: 5 })
  const openings: ReturnType<typeof open>[] = []
  const openOnce = async (): Promise<void> => {
    const line = new Line()
    line.fails = new Error('EIO: i/o error, write')
    const opening = open(setup, line)
    openings.push(opening)
    await opening.lives(5)
    opening.talk.stop()
  }
  for (let i = 0; i < 5; i++) await openOnce()
  expect(openings.map(({ line }) => line.destroyed)).toEqual([true, true, true, false, false])
  expect(openings.map(({ counters }) => counters)).toEqual([
    { 'setup-sent': 1, 'setup-unwritten': 1 },
    { 'setup-sent': 1, 'setup-unwritten': 1 },
    { 'setup-sent': 1, 'setup-unwritten': 1 },
    { 'setup-unwritten': 1 },
    { 'setup-unwritten': 1 },
  ])
  await vi.advanceTimersByTimeAsync(3_600_000)
  await openOnce()
  expect(openings.at(-1)!.line.destroyed).toBe(true)
})
