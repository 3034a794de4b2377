# Writes events into Varve's record from R. Needs the package jsonlite; over the API also curl.
library(jsonlite)

# Needs no running Varve. One JSON line per event, in order.
varve_append <- function(events) {
  lines <- vapply(events, function(event) as.character(toJSON(event, auto_unbox = TRUE, digits = NA)), "")
  out <- system2("varve", c("log", "append", "--jsonl", "-", "--json"), input = lines, stdout = TRUE)
  status <- attr(out, "status")
  if (!is.null(status) && status != 0) stop("varve: exit ", status)
  fromJSON(paste(out, collapse = "\n"))
}

# Needs `varve serve` (or the desktop program) and a token of scope append in VARVE_TOKEN.
varve_post <- function(event) {
  url <- paste0(Sys.getenv("VARVE_URL", "http://127.0.0.1:7340"), "/log/events")
  handle <- curl::new_handle(copypostfields = as.character(toJSON(event, auto_unbox = TRUE, digits = NA)))
  curl::handle_setheaders(handle, "content-type" = "application/json", "authorization" = paste("Bearer", Sys.getenv("VARVE_TOKEN")))
  answer <- curl::curl_fetch_memory(url, handle)
  if (answer$status_code != 200) stop(rawToChar(answer$content))
  fromJSON(rawToChar(answer$content))
}

fits <- lapply(1:3, function(i) list(action = "app.fitted", category = "experiment", subject = "model:lm", payload = list(fold = i, r2 = 0.9 + i / 100)))
print(varve_append(fits)$appended)
if (nzchar(Sys.getenv("VARVE_TOKEN"))) print(varve_post(list(action = "app.finished", payload = list(folds = 3)))$seq)
