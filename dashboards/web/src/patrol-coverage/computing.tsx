import { Skeleton } from 'antd'
import { useEffect, useState } from 'react'
import { useWords } from '../i18n/language.tsx'

/** Small districts answer before this is said. */
const SLOW_AFTER_MS = 3000

/** While the hub counts; a city's shift of a thousand e-bikes takes it minutes, and whoever waits is told so. */
export function Computing() {
  const { t } = useWords()
  const [sinceS, setSinceS] = useState(0)
  useEffect(() => {
    const startMs = performance.now()
    const ticking = setInterval(() => setSinceS(Math.round((performance.now() - startMs) / 1000)), 1000)
    return () => clearInterval(ticking)
  }, [])
  return (
    <div role="status" aria-label={t.coverage.computing}>
      {sinceS * 1000 >= SLOW_AFTER_MS && <p className="quiet">{t.coverage.computingLong(sinceS)}</p>}
      <Skeleton active paragraph={{ rows: 7 }} title={false} />
    </div>
  )
}
