import { describe, expect, test } from 'vitest'
import { LinkQuality } from '../../../gateway/edge/uplink/link-quality.ts'

describe('link quality', () => {
  test('nothing yet: what is not known is absent', () => {
    const quality = new LinkQuality()
    expect(quality.state(1000)).toEqual({ breaks: 0, connectedS: 0 })
    expect(quality.connectedForMs(1000)).toBeUndefined()
    expect(quality.lastReason).toBeUndefined()
  })

  test('adds up connections; counts those that broke, not those that we ended and not tries that failed', () => {
    const quality = new LinkQuality()
    quality.disconnected(1000, 'ECONNREFUSED', false)
    expect(quality.lastReason).toBe('ECONNREFUSED')
    quality.connected(2000)
    quality.disconnected(7000, 'Keepalive timeout', true)
    quality.disconnected(8000, 'ENETUNREACH', false)
    quality.connected(10_000)
    quality.disconnected(12_500, 'asked to', false)
    quality.connected(20_000)
    expect(quality.state(23_000)).toEqual({ breaks: 1, connectedS: 10 })
    expect(quality.connectedForMs(23_000)).toBe(3000)
    expect(quality.lastReason).toBe('asked to')
  })

  test('medians of the last 32', () => {
    const quality = new LinkQuality()
    for (let i = 0; i < 100; i++) quality.acknowledged(90_000)
    for (const ms of [5, 1000.4, 7]) quality.receipted(ms)
    expect(quality.state(0)).toMatchObject({ acknowledgedMs: 90_000, receiptedMs: 7 })
    for (let i = 0; i < 17; i++) quality.acknowledged(80)
    expect(quality.state(0)).toMatchObject({ acknowledgedMs: 80 })
  })
})
