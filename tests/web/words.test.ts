import { describe, expect, test } from 'vitest'
import { en } from '../../dashboards/web/src/i18n/en.ts'
import { quantities } from '../../dashboards/web/src/i18n/quantities.ts'
import { zh } from '../../dashboards/web/src/i18n/zh.ts'

describe('words', () => {
  const keys = (words: object, path = ''): string[] =>
    Object.entries(words).flatMap(([key, value]) =>
      value !== null && typeof value === 'object' ? keys(value, `${path}${key}.`) : [`${path}${key}`],
    )
  test('both languages have the same keys, and none is empty', () => {
    expect(keys(en)).toEqual(keys(zh))
    const texts = (words: object): unknown[] =>
      Object.values(words).flatMap((value) => (typeof value === 'object' ? texts(value) : [value]))
    for (const text of [...texts(zh), ...texts(en)]) expect(text).not.toBe('')
  })
})

describe('quantities', () => {
  const [chinese, english] = [quantities('zh'), quantities('en')]
  test.each([
    [0, '0 m'],
    [850.4, '850 m'],
    [12_345, '12.3 km'],
  ])('distance %d', (metres, shown) => expect(chinese.distance(metres)).toBe(shown))

  test.each([
    [42, '42 秒', '42 s'],
    [60, '1 分', '1 min'],
    [3600, '1 小时', '1 h'],
    [3900, '1 小时 5 分', '1 h 5 min'],
    [3599, '1 小时', '1 h'],
  ])('duration %d', (seconds, zhShown, enShown) => {
    expect(chinese.duration(seconds)).toBe(zhShown)
    expect(english.duration(seconds)).toBe(enShown)
  })

  test.each([
    [0, '0.0%'],
    [0.0001, '0.1%'],
    [0.8754, '87.5%'],
    [0.9999, '99.9%'],
    [1, '100.0%'],
  ])('percent %d', (ratio, shown) => expect(chinese.percent(ratio)).toBe(shown))

  test.each([
    [3, '刚刚'],
    [30, '30秒钟前'],
    [180, '3分钟前'],
    [7200, '2小时前'],
  ])('%d s ago', (seconds, shown) => expect(chinese.ago(0, seconds * 1000)).toBe(shown))

  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [12_345_678, '12.3 MB'],
    [5e15, '5,000.0 TB'],
  ])('bytes %d', (bytes, shown) => expect(chinese.bytes(bytes)).toBe(shown))

  test('a moment names its year only where it is not this one', () => {
    const moment = new Date(2026, 4, 1, 8, 15).getTime()
    expect(chinese.moment(moment, moment)).toMatch(/^5月1日.*08:15$/)
    expect(chinese.moment(moment, new Date(2027, 1, 1).getTime())).toMatch(/^2026年5月1日/)
    expect(chinese.clock(moment)).toBe('08:15:00')
  })

  test('m/s are shown as km/h', () => expect(english.speed(5)).toBe('18.0 km/h'))
})
