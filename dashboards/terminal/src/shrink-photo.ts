/** Long side and quality that show a crack in a cover and keep a photo near 300 kB: data is dear in the field. */
const LONG_SIDE_PX = 1600
const QUALITIES = [0.8, 0.6, 0.4]
const ENOUGH_BYTES = 400_000

export interface TakenPhoto {
  /** For showing it. */
  url: string
  base64: string
}

/** @throws Error where the file is no picture that this browser can read. */
export async function shrinkPhoto(file: Blob): Promise<TakenPhoto> {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, LONG_SIDE_PX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  let url = ''
  for (const quality of QUALITIES) {
    url = canvas.toDataURL('image/jpeg', quality)
    if (url.length * 0.75 <= ENOUGH_BYTES) break
  }
  return { url, base64: url.slice(url.indexOf(',') + 1) }
}
