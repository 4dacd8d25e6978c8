import { expect, test } from 'vitest'
import { Router } from '../../../gateway/hub/broker/router.ts'

const packet = (topic: string) =>
  ({ cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false }) as const

test.each<[string, string, boolean]>([
  ['a/b', 'a/b', true],
  ['a/b', 'a/c', false],
  ['a/b', 'a/b/c', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a/', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b/c', false],
  ['+/+/c', 'a/b/c', true],
  ['$SYS/+/x', '$SYS/broker/x', true],
])('filter %s, topic %s: %s', (filter, topic, heard) => {
  const router = new Router()
  let count = 0
  router.on(filter, () => count++)
  router.emit(packet(topic))
  expect(count).toBe(Number(heard))
})

test('a listener that never finishes holds nothing up, and one taken away hears nothing', async () => {
  const router = new Router()
  const heard: string[] = []
  const slow = (): void => void heard.push('slow')
  await new Promise<void>((resolve) => router.on('a', slow, resolve))
  router.on('a', () => heard.push('quick'))
  await new Promise<void>((resolve) => router.emit(packet('a'), resolve))
  await new Promise<void>((resolve) => router.removeListener('a', slow, resolve))
  router.emit(packet('a'))
  expect(heard).toEqual(['slow', 'quick', 'quick'])
  await new Promise<void>((resolve) => router.close(resolve))
  router.emit(packet('a'))
  expect(heard).toHaveLength(3)
})
