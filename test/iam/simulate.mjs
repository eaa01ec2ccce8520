// Decides whether IAM allows requests. It reads a batch from each line of stdin and writes its answers as a line to stdout:
//
//   {"policies": {name: document}, "questions": [{principal, action, resource, owner, context, identity: [name], guard: name}]}
//   [{"allowed": true}, {"error": "why it could not be decided"}, …]
//
// An unlisted question is about an action whose resource or context keys the service authorization reference does not list.
// The simulator must not check the question against the reference.
import { createInterface } from 'node:readline'
import { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

// The simulator accepts any name after the slash in a context key for a tag, but not after the colon in one for an encryption
// context. It compares both in the same way, so encryption contexts are sent as tags.
const asTag = (line) => line.replaceAll('"kms:EncryptionContext:', '"aws:PrincipalTag/EncryptionContext:')

const batches = createInterface({ input: process.stdin })
for await (const line of batches) {
  const { policies, questions } = JSON.parse(asTag(line))
  const valid = Object.fromEntries(Object.entries(policies).map(([name, document]) => [name, validated(document)]))
  const answers = []
  for (const question of questions) {
    answers.push(await decide(valid, question))
  }
  process.stdout.write(JSON.stringify(answers) + '\n')
}

// validated checks a policy once for all its questions.
function validated(document) {
  const guards = document.Statement.some((statement) => statement.Principal)
  return createValidatedPolicy(document, guards ? validateResourcePolicy : validateIdentityPolicy, {})
}

async function decide(policies, { principal, action, resource, owner, context, identity, guard, unlisted }) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: owner }, contextVariables: context },
    identityPolicies: identity.map((name) => ({ name, policy: policies[name] })),
    resourcePolicy: guard ? policies[guard] : undefined,
    serviceControlPolicies: [],
    resourceControlPolicies: []
  }
  if (unlisted) {
    return { allowed: runUnsafeSimulation(simulation, {}) === 'Allowed' }
  }
  const outcome = await runSimulation(simulation, {})
  if (outcome.resultType !== 'single') {
    return { error: JSON.stringify(outcome.errors ?? outcome.resultType) }
  }
  const ignored = outcome.result.ignoredContextKeys
  if (ignored.length > 0) {
    return { error: `${action} has no context keys ${ignored}` }
  }
  return { allowed: outcome.overallResult === 'Allowed' }
}
