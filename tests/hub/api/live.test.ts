import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { LiveFeed } from '../../../gateway/hub/api/live-feed.ts'
import { encodePresence } from '../../../proto/codec/codec.ts'
import { LIVE_EVENTS } from '../../../proto/http.ts'
import { eventually } from '../eventually.ts'
import { BOOT, caseReport, fixes, ride, T0, up } from '../gateway-messages.ts'
import { mqttGateway } from '../mqtt-client.ts'
import { startedHub } from '../started-hub.ts'

/** Events of the stream as they come: [name, data]. */
async function follow(url: string): Promise<{ response: Response; events: [string, unknown][] }> {
  const aborted = new AbortController()
  onTestFinished(() => aborted.abort())
  const response = await fetch(`${url}/api/v1/live`, { signal: aborted.signal })
  const events: [string, unknown][] = []
  const read = async (): Promise<void> => {
    let text = ''
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      text += piece
      const blocks = text.split('\n\n')
      text = blocks.pop()!
      for (const block of blocks) {
        const match = /^event: (\w+)\ndata: (.*)$/.exec(block)
        if (match) events.push([match[1]!, JSON.parse(match[2]!)])
      }
    }
  }
  read().catch(() => {})
  return { response, events }
}

test('fixes, cases and presence reach the open pages', async () => {
  const hub = await startedHub()
  const { response, events } = await follow(hub.httpUrl)
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'self'")
  const { client, topic } = await mqttGateway(hub.brokerUrl, 'ebike-01')
  const presence = encodePresence({ online: true, boot: BOOT, timeMs: T0, version: '0.1.0' })
  await client.publishAsync('gridpatrol/v1/ebike-01/state', Buffer.from(presence), { qos: 1 })
  await eventually(() => expect(events).toEqual([['device', { id: 'ebike-01', online: true }]]))
  await client.publishAsync(topic, up('ebike-01', 1, fixes(ride(2))), { qos: 1 })
  await eventually(() => expect(events).toHaveLength(2))
  expect(events[1]).toMatchObject([
    'fixes',
    { device: 'ebike-01', fixes: [{ time: '2026-05-01T00:00:00.000Z' }, {}] },
  ])
  await client.publishAsync(topic, up('ebike-01', 2, { lane: 'case', report: caseReport('raised', 1) }), {
    qos: 1,
  })
  await eventually(() => expect(events).toHaveLength(3))
  expect(events[2]).toMatchObject(['case', { open: true, gateway: 'ebike-01' }])
  for (const [name, data] of events) LIVE_EVENTS[name as keyof typeof LIVE_EVENTS].parse(data)
  client.stream.destroy()
  await eventually(() => expect(events[3]).toEqual(['device', { id: 'ebike-01', online: false }]))
  await hub.close()
})

function response(): ServerResponse {
  const made = new ServerResponse(new IncomingMessage(new Socket()))
  onTestFinished(() => {
    made.destroy()
  })
  return made
}

test('a page that does not read is dropped, the others go on', () => {
  const feed = new LiveFeed()
  onTestFinished(() => feed.close())
  const slow = response()
  feed.listen(slow)
  const event = () => ({ id: 'x'.repeat(10_000), online: true })
  for (let i = 0; i < 200; i++) feed.publish('device', event)
  expect(slow.destroyed).toBe(true)
  expect(slow.writableLength).toBeLessThan(2 << 20)
})

test('nothing is made where nobody listens', () => {
  const feed = new LiveFeed()
  feed.publish('device', () => {
    throw new Error('made')
  })
  expect(feed.listeners).toBe(0)
  expect(feed.full).toBe(false)
})
