/** How a number stands in the bytes of a register; `be`: the high byte first, as most chips have it. */
export const I2C_TYPES = [
  'uint8',
  'int8',
  'uint16-be',
  'uint16-le',
  'int16-be',
  'int16-le',
  'uint24-be',
  'uint24-le',
  'int24-be',
  'int24-le',
  'uint32-be',
  'uint32-le',
  'int32-be',
  'int32-le',
] as const
export type I2cType = (typeof I2C_TYPES)[number]

/** How many bytes a number of this type takes. */
export function widthOf(type: I2cType): number {
  return Number(/\d+/.exec(type)![0]) / 8
}

/** The number at the beginning of `data`. @throws RangeError where the data are shorter than it. */
export function i2cNumber(type: I2cType, data: DataView): number {
  const width = widthOf(type)
  let number = 0
  for (let i = 0; i < width; i++)
    number = number * 256 + data.getUint8(type.endsWith('-le') ? width - 1 - i : i)
  const full = 256 ** width
  return type.startsWith('int') && number >= full / 2 ? number - full : number
}
