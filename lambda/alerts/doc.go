// Package alerts has the logic of the Lambda functions that give alerts a life: what package workflow/alert decides, it stores, tells and
// shows. Package cloud has the AWS clients, package memory the doubles for tests, and package folder the registry of local runs.
//
//   - [Updater]: the state UpdateAlerts of a run invokes it. It turns what the run says of each subject into transitions.
//   - [Watcher]: a schedule invokes it once a day. It tells what is overdue, and sends digests.
//   - [Actor]: people invoke it, with a proof of who they are. It shows alerts, and records what people do about them.
//
// All three write in one order:
//
//  1. Create the object of the event in the record store, which nobody can replace. That is the moment of the transition.
//  2. Store the item in the registry, if nobody else did in between.
//
// A run and a day do so for each item. Then they send the messages, write the worklists, and store that they are done. A crash between
// any two writes loses nothing and repeats no transition: who comes next finds the event in the place of the item's next one, and takes
// over its item. Messages are sent at least once, and a message that is sent again has the same id.
//
// Runs come in the order of their data cuts. A run that another one left unfinished is finished first.
//
// Logs and errors name runs, trials and counts. They have no subject and no text that a person wrote.
package alerts
