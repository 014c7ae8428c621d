import type { Authenticate } from '@tickwire/server'
import { jwtVerify } from 'jose'

const secret = new TextEncoder().encode(process.env.JWT_SECRET)

// createServer({ port: 3000, authenticate })
export const authenticate: Authenticate = async ({ auth }) => {
  const { payload } = await jwtVerify(String(auth.token), secret, {
    algorithms: ['HS256'],
    requiredClaims: ['sub', 'exp'],
  })
  return { id: payload.sub!, name: String(payload.name ?? '') }
}
