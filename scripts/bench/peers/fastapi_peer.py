"""FastAPI and SQLModel as their documentation has them: models for requests and responses, a session a request, python-jose for the token.

Run by uvicorn, one process, on as many connections as every other server has.
"""

import os
import uuid
from datetime import datetime, timezone
from typing import List, Optional

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query
from jose import JWTError, jwt
from sqlalchemy import Column, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg2://"), pool_size=8, max_overflow=0)


class Task(SQLModel, table=True):
    __tablename__ = "tasks"
    user_id: uuid.UUID = Field(primary_key=True)
    id: uuid.UUID = Field(primary_key=True)
    version: int
    title: str
    description: Optional[str] = None
    completed_at: Optional[datetime] = None
    due_time_zone: Optional[str] = None
    labels: List[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text)))
    position: str
    trashed_at: Optional[datetime] = None
    created_at: datetime
    updated_at: datetime


class TaskRead(SQLModel):
    id: uuid.UUID
    user_id: uuid.UUID
    title: str = Field(min_length=1, max_length=200)
    description: Optional[str]
    completed: bool
    completed_at: Optional[datetime]
    due_time_zone: Optional[str]
    labels: List[str]
    position: str
    trashed_at: Optional[datetime]
    created_at: datetime
    updated_at: datetime
    etag: str


class TaskList(SQLModel):
    items: List[TaskRead]
    total: int
    total_is_exact: bool
    next_cursor: Optional[str]


class TaskCreate(SQLModel):
    title: str = Field(min_length=1, max_length=200)


app = FastAPI()


def get_session():
    with Session(engine) as session:
        yield session


def caller(user_id: uuid.UUID, authorization: str = Header(), session: Session = Depends(get_session)) -> uuid.UUID:
    try:
        claims = jwt.decode(authorization.removeprefix("Bearer "), os.environ["SECRET"], algorithms=["HS256"])
    except JWTError:
        raise HTTPException(401, "The token is not valid.")
    if claims["sub"] != str(user_id):
        raise HTTPException(403, "Access denied")
    alive = text('select 1 from session where id = :id and "userId" = :user_id and "expiresAt" > now()')
    if session.execute(alive, {"id": claims["sid"], "user_id": str(user_id)}).first() is None:
        raise HTTPException(401, "The session of this token has ended.")
    return user_id


def read(task: Task) -> TaskRead:
    return TaskRead(**task.dict(exclude={"version"}), completed=task.completed_at is not None, etag=f'"{task.version}"')


@app.get("/api/{user_id}/tasks", response_model=TaskList)
def list_tasks(
    completed: Optional[bool] = None, limit: int = Query(50, ge=1, le=200), user: uuid.UUID = Depends(caller), session: Session = Depends(get_session)
):
    mine = select(Task).where(Task.user_id == user, Task.trashed_at == None)  # noqa: E711
    if completed is not None:
        mine = mine.where(Task.completed_at != None if completed else Task.completed_at == None)  # noqa: E711
    total = session.exec(select(func.count()).select_from(mine.limit(1001).subquery())).one()
    items = session.exec(mine.order_by(Task.created_at.desc(), Task.id.desc()).limit(limit)).all()
    return TaskList(items=[read(task) for task in items], total=min(total, 1000), total_is_exact=total <= 1000, next_cursor=None)


@app.get("/api/{user_id}/tasks/{task_id}", response_model=TaskRead)
def get_task(task_id: uuid.UUID, user: uuid.UUID = Depends(caller), session: Session = Depends(get_session)):
    task = session.get(Task, (user, task_id))
    if task is None or task.trashed_at is not None:
        raise HTTPException(404, "There is no task with this id.")
    return read(task)


@app.post("/api/{user_id}/tasks", response_model=TaskRead, status_code=201)
def create_task(task: TaskCreate, user: uuid.UUID = Depends(caller), session: Session = Depends(get_session)):
    version = session.execute(text("update user_versions set version = version + 1 where user_id = :id returning version"), {"id": str(user)}).scalar_one()
    now = datetime.now(timezone.utc)
    row = Task(id=uuid.uuid4(), user_id=user, version=version, title=task.title, position=f"5{version:015d}5", created_at=now, updated_at=now)
    session.add(row)
    session.commit()
    session.refresh(row)
    return read(row)


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="info")
