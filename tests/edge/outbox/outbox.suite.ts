import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Outbox, OutboxFull, type ThinFixes } from '../../../gateway/edge/outbox/outbox.ts'
import { encodeEnvelope } from '../../../proto/codec/codec.ts'
import { LANES, type Lane } from '../../../proto/domain.ts'

/** What every outbox does, whatever it keeps its records in. */
export interface OutboxUnderTest {
  name: string
  /** A fresh one. */
  make(options: { maxBytes?: number; thin?: ThinFixes }): Promise<{
    outbox: Outbox
    /** Closed and opened again, where it outlives its process. */
    reopen?: () => Outbox
    /** Something happens to what it stands on, in the middle of everything. */
    disturb?: () => Promise<void>
    end(): void
  }>
}

export const body = (text: string, size = text.length): Buffer => Buffer.from(text.padEnd(size, '.'))
export const names = (outbox: Outbox): string[] =>
  outbox
    .peek(1000)
    .map((record) => `${record.lane}:${Buffer.from(record.body).toString().replace(/\.+$/, '')}`)
/** Everything before has been committed. */
const settled = (outbox: Outbox) => outbox.append('photo', body('settled'))

export function outboxSuite({ name, make }: OutboxUnderTest): void {
  describe(name, () => {
    test('cases go first, then health, fixes, readings, photos; within a lane the oldest', async () => {
      const { outbox, end } = await make({})
      await Promise.all(
        (['photo', 'reading', 'fix', 'case', 'health', 'fix', 'case'] as Lane[]).map((lane, i) =>
          outbox.append(lane, body(`${i}`)),
        ),
      )
      expect(names(outbox)).toEqual([
        'case:3',
        'case:6',
        'health:4',
        'fix:2',
        'fix:5',
        'reading:1',
        'photo:0',
      ])
      expect(outbox.peek(3).map(({ lane }) => lane)).toEqual(['case', 'case', 'health'])
      end()
    })

    test('a record waits until the receipt that names it', async () => {
      const { outbox, end } = await make({})
      const [a, b] = await Promise.all(['a', 'b'].map((text) => outbox.append('case', body(text))))
      const others = [
        { boot: 'ffffffffffff', sequence: a!.sequence },
        { boot: a!.boot, sequence: 999 },
      ]
      expect(outbox.waits([a!, b!, ...others])).toEqual([a, b])
      for (const { boot, sequence } of [...others, a!]) outbox.remove(boot, [sequence])
      await settled(outbox)
      expect(outbox.waits([a!, b!])).toEqual([b])
      expect(outbox.waits([])).toEqual([])
      expect(names(outbox)).toEqual(['case:b', 'photo:settled'])
      expect(outbox.level().records).toBe(2)
      end()
    })

    test('what is handed out at once is limited in bytes, but one record at least', async () => {
      const { outbox, end } = await make({})
      await Promise.all([1000, 500, 500].map((size) => outbox.append('photo', body('p', size))))
      expect(outbox.peek(10, 100).map(({ body }) => body.length)).toEqual([1000])
      expect(outbox.peek(10, 1500).map(({ body }) => body.length)).toEqual([1000, 500])
      expect(outbox.peek(2).map(({ body }) => body.length)).toEqual([1000, 500])
      end()
    })

    test('a full one drops readings, then health, then the oldest fixes, never a case, and counts them', async () => {
      const { outbox, reopen, end } = await make({ maxBytes: 100_000 })
      for (let i = 0; i < 40; i++) await outbox.append('case', body(`c${i}`, 1000))
      await Promise.all(Array.from({ length: 70 }, (_, i) => outbox.append('reading', body(`r${i}`, 500))))
      await Promise.all(Array.from({ length: 200 }, (_, i) => outbox.append('fix', body(`f${i}`, 1000))))
      const { bytes, dropped, records } = outbox.level()
      expect(bytes).toBeLessThanOrEqual(100_000)
      // No more than needed.
      expect(bytes).toBeGreaterThan(85_000)
      const kept = names(outbox)
      expect(kept.filter((name) => name.startsWith('case:'))).toHaveLength(40)
      expect(kept.filter((name) => name.startsWith('reading:'))).toHaveLength(0)
      expect(kept.at(-1)).toBe('fix:f199')
      expect(dropped.reading).toBe(70)
      expect(40 + 70 + 200 - dropped.reading! - dropped.fix!).toBe(records)
      if (reopen) expect(reopen().level().dropped).toEqual(dropped)
      end()
    })

    test('tracks of a full one lose detail, each once and the oldest first, before any fix goes whole', async () => {
      const thinned: string[] = []
      const thin: ThinFixes = (bytes) => {
        const text = Buffer.from(bytes).toString().replace(/\.+$/, '')
        thinned.push(text)
        return text === 'f3' ? undefined : { body: body(text, 400), dropped: 7 }
      }
      const { outbox, reopen, end } = await make({ maxBytes: 100_000, thin })
      for (let i = 0; i < 110; i++) await outbox.append('fix', body(`f${i}`, 1000))
      const level = outbox.level()
      expect(level.dropped).toEqual({})
      expect(level.records).toBe(110)
      // A disk that is full may have taken the very first, which are not in memory's way.
      const first = Number(thinned[0]!.slice(1))
      expect(first).toBeLessThan(4)
      expect(thinned).toEqual(Array.from({ length: thinned.length }, (_, i) => `f${first + i}`))
      expect(level.thinnedFixes).toBe(7 * (thinned.length - 1))
      expect(outbox.peek(7).map(({ body }) => body.length)).toEqual(
        Array.from({ length: 7 }, (_, i) => (i < first || i === 3 ? 1000 : 400)),
      )
      const after = reopen?.() ?? outbox
      expect(after.level().thinnedFixes).toBe(level.thinnedFixes)
      for (let i = 110; i < 300; i++) await after.append('fix', body(`f${i}`, 1000))
      expect(new Set(thinned).size).toBe(thinned.length)
      expect(after.level().dropped.fix).toBeGreaterThan(0)
      expect(names(after).at(-1)).toBe('fix:f299')
      end()
    })

    test('cases alone may exceed the limit', async () => {
      const { outbox, end } = await make({ maxBytes: 1000 })
      for (let i = 0; i < 10; i++) await outbox.append('case', body(`c${i}`, 1000))
      expect(outbox.level()).toMatchObject({ records: 10, bytes: 10_000, dropped: {} })
      end()
    })

    test('photos are never dropped: they get half of it, and one that finds no room is refused', async () => {
      const { outbox, reopen, end } = await make({ maxBytes: 100_000 })
      const photo = (to: Outbox) => to.append('photo', body('p', 10_000))
      const photos = await Promise.all(Array.from({ length: 5 }, () => photo(outbox)))
      await expect(photo(outbox)).rejects.toThrow(OutboxFull)
      await expect(photo(outbox)).rejects.toThrow(
        /no room for a photo of 10000 bytes: photos of 50000 bytes wait/,
      )
      await Promise.all(Array.from({ length: 100 }, (_, i) => outbox.append('fix', body(`f${i}`, 1000))))
      const kept = names(outbox)
      expect(kept.filter((name) => name.startsWith('photo:'))).toHaveLength(5)
      expect(kept.filter((name) => name.startsWith('fix:')).length).toBeGreaterThan(30)
      expect(kept).toContain('fix:f99')
      expect(Object.keys(outbox.level().dropped)).toEqual(['fix'])
      // A receipt makes room again, and a restart remembers how much is taken.
      const after = reopen?.() ?? outbox
      await expect(photo(after)).rejects.toThrow(OutboxFull)
      after.remove(photos[0]!.boot, [photos[0]!.sequence])
      await after.append('health', body('after'))
      await photo(after)
      expect(names(after).filter((name) => name.startsWith('photo:'))).toHaveLength(5)
      end()
    })

    test('photos that come together do not share the same room', async () => {
      const { outbox, end } = await make({ maxBytes: 100_000 })
      const photos = Array.from({ length: 8 }, () => outbox.append('photo', body('p', 10_000)))
      const kept = (await Promise.allSettled(photos)).filter(({ status }) => status === 'fulfilled')
      expect(kept).toHaveLength(5)
      expect(outbox.level().bytes).toBe(50_000)
      end()
    })

    test('what no envelope can carry is refused when it comes, not met again at each sending', async () => {
      const { outbox, end } = await make({})
      await expect(outbox.append('fix', body('f', 65_536))).rejects.toThrow(RangeError)
      const largest = body('f', 65_536 - 256)
      const { boot, sequence } = await outbox.append('photo', largest)
      const gateway = 'x'.repeat(64)
      expect(encodeEnvelope({ gateway, boot, sequence, lane: 'photo', body: largest }).length).toBeLessThan(
        65_537,
      )
      end()
    })

    test('what fails alongside undoes its record, and no other of the same commit', async () => {
      const { outbox, end } = await make({})
      const before = outbox.append('case', body('before'))
      const failing = outbox.append('case', body('x'), () => {
        throw new Error('no such street')
      })
      const after = outbox.append('case', body('after'))
      await expect(failing).rejects.toThrow('no such street')
      await Promise.all([before, after])
      expect(names(outbox)).toEqual(['case:before', 'case:after'])
      expect(outbox.level()).toMatchObject({ records: 2, bytes: 11 })
      end()
    })

    test('whatever happens: what waits is what a plain list would hold, under names that are never used twice', async () => {
      const step = fc.oneof(
        { weight: 3, arbitrary: fc.record({ append: fc.constantFrom(...LANES) }) },
        { weight: 2, arbitrary: fc.record({ receipt: fc.nat({ max: 12 }) }) },
        { weight: 1, arbitrary: fc.constant('reopen' as const) },
        { weight: 1, arbitrary: fc.constant('disturb' as const) },
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          const under = await make({})
          let { outbox } = under
          const made: { boot: string; sequence: number; lane: Lane }[] = []
          const waiting = new Set<number>()
          for (const action of steps) {
            if (action === 'reopen') outbox = under.reopen?.() ?? outbox
            else if (action === 'disturb') await under.disturb?.()
            else if ('append' in action) {
              const key = await outbox.append(action.append, body(`${made.length}`))
              waiting.add(made.length)
              made.push({ ...key, lane: action.append })
            } else if (made[action.receipt]) {
              const { boot, sequence } = made[action.receipt]!
              outbox.remove(boot, [sequence])
              waiting.delete(action.receipt)
            }
          }
          await settled(outbox)
          const expected = [...waiting]
            .toSorted((a, b) => LANES.indexOf(made[a]!.lane) - LANES.indexOf(made[b]!.lane) || a - b)
            .map((i) => ({ ...made[i]!, body: `${i}` }))
          const kept = outbox.peek(1000).map((record) => ({ ...record, body: `${Buffer.from(record.body)}` }))
          expect(kept.filter(({ body }) => body !== 'settled')).toEqual(expected)
          expect(new Set(made.map(({ boot, sequence }) => `${boot}/${sequence}`)).size).toBe(made.length)
          expect(outbox.level().records).toBe(waiting.size + 1)
          under.end()
        }),
        { numRuns: 15 },
      )
    })
  })
}
