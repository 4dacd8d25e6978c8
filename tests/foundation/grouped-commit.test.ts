import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupedCommit } from '../../gateway/foundation/grouped-commit.ts'

function grouped(maxItems: number, maxWaiting: number) {
  const commits: string[][] = []
  const commit = new GroupedCommit<string>({
    commit: (items) => commits.push(items),
    maxItems,
    maxDelayMs: 0,
    maxWaiting,
  })
  return { commits, commit }
}

test('what comes within one turn of the event loop is one commit', async () => {
  const { commits, commit } = grouped(10, 100)
  await Promise.all(['a', 'b', 'c'].map((item) => new Promise((done) => commit.add(item, done))))
  expect(commits).toEqual([['a', 'b', 'c']])
})

test('who has much waits behind the first of each other', async () => {
  const { commits, commit } = grouped(4, 100)
  const done: string[] = []
  const add = (item: string): void => commit.add(item, () => done.push(item), item[0]!)
  for (const item of ['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'c1', 'b2']) add(item)
  while (done.length < 9) await nextTurn()
  expect(commits).toEqual([['a1', 'b1', 'c1', 'a2'], ['a3', 'b2', 'a4', 'a5'], ['a6']])
})

test('beyond what may wait it is committed at once, in turns too', () => {
  const { commits, commit } = grouped(2, 5)
  for (const item of ['a1', 'a2', 'a3', 'a4', 'b1']) commit.add(item, () => {}, item[0]!)
  expect(commits).toEqual([['a1', 'b1'], ['a2', 'a3'], ['a4']])
})

test('a commit that fails tells those whose items it held, and no others', async () => {
  let failing = true
  const told: [string, string | undefined][] = []
  const commit = new GroupedCommit<string>({
    commit() {
      if (failing) throw new Error('disk full')
    },
    maxItems: 10,
    maxDelayMs: 0,
  })
  commit.add('a', (error) => told.push(['a', error?.message]))
  commit.flush()
  failing = false
  commit.add('b', (error) => told.push(['b', error?.message]))
  commit.flush()
  expect(told).toEqual([
    ['a', 'disk full'],
    ['b', undefined],
  ])
})

test('everything is committed once, and what one writes in the order in which it was written', () => {
  const lists = fc.array(fc.nat(4), { maxLength: 60 })
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 9 }), (writers, maxItems) => {
      const { commits, commit } = grouped(maxItems, 1000)
      const items = writers.map((writer, i) => `${writer}:${i}`)
      for (const item of items) commit.add(item, () => {}, item[0]!)
      commit.flush()
      expect(commits.every((group) => group.length <= maxItems)).toBe(true)
      const committed = commits.flat()
      for (const writer of '01234') {
        const own = (all: string[]): string[] => all.filter((item) => item.startsWith(`${writer}:`))
        expect(own(committed)).toEqual(own(items))
      }
      expect(committed.length).toBe(items.length)
    }),
  )
})
